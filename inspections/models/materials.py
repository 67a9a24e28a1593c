"""What bridges are made of."""

from django.db import models


class Material(models.TextChoices):
    REINFORCED_CONCRETE = "reinforced_concrete", "Reinforced concrete"
    PRESTRESSED_CONCRETE = "prestressed_concrete", "Prestressed concrete"
    STEEL = "steel", "Steel"
    COMPOSITE = "composite", "Steel and concrete composite"
    MASONRY = "masonry", "Masonry"
    TIMBER = "timber", "Timber"
    ASPHALT = "asphalt", "Asphalt"
    OTHER = "other", "Other"
