"""Words to where the operator reads them: mail, chat or a webhook, by the addresses of the setting `notify`."""

from __future__ import annotations

import logging

from data.errors import TrackerError


class NoticeError(TrackerError):
    """An address of the setting `notify` is none that can be written to; the message hides its secrets."""


def send_notice(addresses: str, title: str, body: str) -> list[str]:
    """Send plain text to every address (Apprise URLs, separated by spaces); returns those that did not take it.

    Secrets in the addresses returned are blanked. Raises NoticeError for an address of no known service, before
    anything is sent.
    """
    import apprise  # a second of imports, for the few who are told

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # what failed is returned, and told once
    services = []
    for number, address in enumerate(addresses.split(), start=1):
        service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
        if service is None:
            scheme = address.partition("://")[0]
            raise NoticeError(f"notify: address {number} ({scheme}://...) is none that Apprise knows")
        services.append(service)
    text = apprise.NotifyFormat.TEXT
    return [
        service.url(privacy=True)
        for service in services
        if not apprise.Apprise(service).notify(title=title, body=body, body_format=text)
    ]
