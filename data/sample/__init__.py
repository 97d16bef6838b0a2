"""Invented news outlets in real places: what `tracker demo` crawls, and a labelled set to measure the extractor by.

Every outlet, person and event is made up, and every page says so. `stories/` holds the outlets and their stories as
data, `layouts/` the page structures, `site.py` answers a request for a page, `server.py` answers it over HTTP.
"""
