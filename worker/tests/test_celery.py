"""The settings that the street relies on, where one depends on another."""

import pytest
from django.conf import settings
from kombu.exceptions import OperationalError

from worker.celery import ANALYSE_PHOTO, TRANSPORT, app
from worker.dispatch import _bell, enqueue_run


def test_every_limit_lies_behind_the_one_before() -> None:
    conf = app.conf
    assert settings.RUN_HEARTBEAT_SECONDS * 4 < settings.RUN_LEASE_SECONDS
    assert settings.RUN_TIME_LIMIT_SECONDS < conf.task_soft_time_limit < conf.task_time_limit
    assert conf.task_time_limit * 2 < TRANSPORT["visibility_timeout"] == conf.visibility_timeout


def test_a_crash_is_acknowledged_and_left_to_the_sweep() -> None:
    conf = app.conf
    assert conf.task_acks_late and not conf.task_reject_on_worker_lost and conf.task_acks_on_failure_or_timeout


def test_messages_are_plain_and_no_result_is_kept() -> None:
    for one in (app, _bell):
        assert (one.conf.accept_content, one.conf.task_serializer) == (["json"], "json")
        assert one.conf.task_ignore_result and one.conf.result_backend is None
        assert one.conf.task_default_queue == "photos"


def test_bell_and_worker_mean_the_same_task() -> None:
    app.loader.import_default_modules()
    assert ANALYSE_PHOTO in app.tasks
    assert app.conf.broker_url == _bell.conf.broker_url == settings.BROKER_URL


def test_a_bell_without_a_broker_fails_for_its_caller_to_see() -> None:
    with pytest.raises(OperationalError):
        enqueue_run("b9a5a1d6-0000-4000-8000-000000000000")
