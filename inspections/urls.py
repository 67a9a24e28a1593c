"""Every address of Hairline."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("inspections.api.urls")),
    path("", include("inspections.pages.urls")),
]

handler404 = "inspections.pages.errors.not_found"
handler403 = "inspections.pages.errors.forbidden"
handler500 = "inspections.pages.errors.server_error"
