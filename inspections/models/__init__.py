"""The nouns: fields, constraints, and reads as words of the domain. Nothing here writes; see `services`."""

from inspections.models.bridges import Bridge, Element
from inspections.models.datasets import Dataset, DatasetVersion, Sample
from inspections.models.drawings import Drawing
from inspections.models.findings import Finding, LookAlikes
from inspections.models.history import Comment, Event, SavedQueue
from inspections.models.images import SurveyImage
from inspections.models.logins import LoginAttempt
from inspections.models.looks import Look
from inspections.models.networks import Network
from inspections.models.organisations import Membership, Organisation, Role, User
from inspections.models.projects import Project
from inspections.models.reviews import Review
from inspections.models.rules import RulePack
from inspections.models.runs import SegmentationRun
from inspections.models.surveys import Survey

__all__ = [
    "Bridge",
    "Comment",
    "Dataset",
    "DatasetVersion",
    "Drawing",
    "Element",
    "Event",
    "Finding",
    "LoginAttempt",
    "Look",
    "LookAlikes",
    "Membership",
    "Network",
    "Organisation",
    "Project",
    "Review",
    "Role",
    "RulePack",
    "Sample",
    "SavedQueue",
    "SegmentationRun",
    "Survey",
    "SurveyImage",
    "User",
]
