"""Something that answers in Redis's place and is none."""

import datetime

import pytest

from limits import counters
from tests import babble


@pytest.mark.django_db
@pytest.mark.parametrize("answer", babble.ANSWERS, ids=lambda answer: answer[:8].decode())
def test_redis_that_makes_no_sense_refuses_nobody_and_the_database_counts(settings, answer):
    whom = {"scope": "test", "key": "somebody"}
    limit = {"limit": 3, "window": datetime.timedelta(minutes=5)}
    with babble.babble(answer) as settings.REDIS_URL:
        assert [bool(counters.hit(**whom, **limit)) for _ in range(4)] == [True, True, True, False]
        counters.clear(**whom)
        assert counters.peek(**whom, **limit)
