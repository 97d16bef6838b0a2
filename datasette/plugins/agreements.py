"""The pages of agreements."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette

from data.site_agreements import agreement_page
from data.site_citations import cite
from data.site_database import facts, published
from data.site_linked_data import json_ld, page_data, place_data
from data.site_links import report_error_link


async def page(datasette: Datasette, request: Request) -> Response:
    database = published(datasette)
    context = await agreement_page(database, unquote(request.url_vars["id"]))
    if context is None:
        raise NotFound("No agreement has this address.")
    deal, place, known = context["agreement"], context["place"], await facts(database)
    address = datasette.absolute_url(request, datasette.urls.path(deal["url"]))
    about = {"@type": "Thing", "name": deal["called"], "description": deal["definition"] or ""}
    data = page_data("WebPage", deal["called"], address, about)
    context |= {
        "address": address,
        "report_error": report_error_link(known.get("contact"), deal["called"], address),
        "linked_data": json_ld(data | ({"spatialCoverage": place_data(place)} if place else {})),
        "citation": cite(
            key=f"agreement {deal['id']}",
            title=deal["called"],
            address=address,
            accessed=datetime.now(UTC).date(),
            built=known.get("built"),
            place=place.label if place else "",
        ),
    }
    body = await datasette.render_template("agreement.html", context, request=request, view_name="agreement")
    return Response.html(body)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"/agreement/(?P<id>[^/]+)$", page)]
