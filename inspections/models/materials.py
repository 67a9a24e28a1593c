"""What bridges are made of."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Material(models.TextChoices):
    REINFORCED_CONCRETE = "reinforced_concrete", _("Reinforced concrete")
    PRESTRESSED_CONCRETE = "prestressed_concrete", _("Prestressed concrete")
    STEEL = "steel", _("Steel")
    COMPOSITE = "composite", _("Steel and concrete composite")
    MASONRY = "masonry", _("Masonry")
    TIMBER = "timber", _("Timber")
    ASPHALT = "asphalt", _("Asphalt")
    OTHER = "other", _("Other")
