"""What every row of the record has: an id that tells nothing, and the time it was made."""

import uuid

from django.db import models


class Record(models.Model):
    """Abstract. The id is a random UUID, so that an address never tells how many objects others have."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
