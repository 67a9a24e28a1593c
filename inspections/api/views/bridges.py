"""Bridges, their elements, projects."""

from rest_framework.generics import ListCreateAPIView, RetrieveAPIView
from rest_framework.serializers import UUIDField

from inspections.api.base import AnswersAsRead, ChangesInPart, Door
from inspections.api.filters import Filter
from inspections.api.serializers.bridges import BridgeSerializer, ElementSerializer
from inspections.api.serializers.surveys import ProjectSerializer
from inspections.models import Bridge, Element, Project


class Bridges(AnswersAsRead, Door, ListCreateAPIView):
    """The bridges of your organisations."""

    queryset = Bridge.objects.with_overview().order_by("name", "pk")
    serializer_class = BridgeSerializer
    known_filters = {"organisation": Filter("organisation", UUIDField(), "only this organisation's")}


class OneBridge(ChangesInPart, Door, RetrieveAPIView):
    """One bridge."""

    queryset = Bridge.objects.with_overview()
    serializer_class = BridgeSerializer


class Elements(AnswersAsRead, Door, ListCreateAPIView):
    """The elements of your bridges, siblings in their order."""

    queryset = Element.objects.order_by("bridge", "position", "name", "pk")
    serializer_class = ElementSerializer
    known_filters = {
        "bridge": Filter("bridge", UUIDField(), "only this bridge's"),
        "parent": Filter("parent", UUIDField(), "only the parts of this element"),
    }


class OneElement(ChangesInPart, Door, RetrieveAPIView):
    """One element."""

    queryset = Element.objects.all()
    serializer_class = ElementSerializer


class Projects(AnswersAsRead, Door, ListCreateAPIView):
    """The inspection contracts of your organisations."""

    queryset = Project.objects.order_by("-starts_on", "name", "pk")
    serializer_class = ProjectSerializer
    known_filters = {"organisation": Filter("organisation", UUIDField(), "only this organisation's")}


class OneProject(ChangesInPart, Door, RetrieveAPIView):
    """One inspection contract."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
