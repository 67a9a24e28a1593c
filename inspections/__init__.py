"""The record: bridges, surveys, photos, findings and the decisions of people."""
