"""What people wrote, as text: escaped, in its lines, with the names of those it is for marked."""

import re

from django import template
from django.utils.html import conditional_escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe

from inspections.models import Comment, User
from inspections.services.comments import MENTION

register = template.Library()


@register.filter
def said(comment: Comment) -> SafeString:
    """The text of a comment as paragraphs; members that it mentions stand out."""
    names = {user.get_username() for user in comment.mentioned.all()}
    parts, done = [], 0
    for found in MENTION.finditer(comment.text):
        name = found[1].rstrip(".")
        if name not in names:
            continue
        parts += [
            conditional_escape(comment.text[done : found.start()]),
            format_html('<b class="mention">@{}</b>', name),
        ]
        done = found.start() + 1 + len(name)
    parts.append(conditional_escape(comment.text[done:]))
    # Every part is escaped by now; only the line breaks are added.
    return mark_safe(linebreaks(re.sub(r"\n{3,}", "\n\n", "".join(parts))))


@register.filter
def person(user: User | None) -> str:
    """A member as others call them."""
    return user.known_as if user else ""
