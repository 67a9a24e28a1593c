"""Lists come in pages of 50, or up to 200 on request."""

from rest_framework.pagination import PageNumberPagination

from inspections.models.paging import KeysFirst


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=`; a larger page than the limit is cut to it."""

    django_paginator_class = KeysFirst
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
