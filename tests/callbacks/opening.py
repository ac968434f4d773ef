"""Opening times of a clinic, for what is promised."""

import datetime

from editorial.models import Clinic, OpeningTime, SpecialDay

EVERY_DAY_8_TO_8 = [(day, "08:00", "20:00") for day in range(7)]
WEEKDAYS_9_TO_6 = [(day, "09:00", "18:00") for day in range(5)]


def opened(times: list[tuple[int, str, str]], within: int) -> None:
    """The clinic is open at these (weekday, from, until), and calls back within this many hours of them."""
    values = {"name": "A clinic", "phone": "866-512-1908", "call_within_hours": within}
    clinic, _ = Clinic.objects.update_or_create(id=1, defaults=values)
    clinic.opening_times.all().delete()
    clinic.special_days.all().delete()
    for weekday, opens, closes in times:
        at = [datetime.time.fromisoformat(text) for text in (opens, closes)]
        OpeningTime.objects.create(clinic=clinic, weekday=weekday, opens=at[0], closes=at[1])
    clinic.list_hours()
    clinic.save()


def closed(days: dict[datetime.date, tuple[str, str] | None]) -> None:
    """These days have other hours than the week: (from, until), or none at all."""
    clinic = Clinic.objects.get()
    for day, hours in days.items():
        opens, closes = map(datetime.time.fromisoformat, hours) if hours else (None, None)
        SpecialDay.objects.create(clinic=clinic, day=day, opens=opens, closes=closes)
    clinic.list_hours()
    clinic.save()
