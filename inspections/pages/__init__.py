"""The HTML door: forms, views, addresses. A view answers a full page, or a `_partial` to htmx."""
