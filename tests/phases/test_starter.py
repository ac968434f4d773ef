"""A starter file that names its earlier slugs keeps old links alive, for treatments, stages and symptoms too."""

import shutil

import pytest

from editorial.loading.starter import load
from phases import starter
from phases.models import Phase, Symptom, TreatmentOption


@pytest.mark.django_db
def test_old_addresses_of_the_starter_guide_lead_to_the_new_ones(client, guide, tmp_path, monkeypatch):
    shutil.copytree(starter.STARTER, tmp_path / "starter")
    monkeypatch.setattr(starter, "STARTER", tmp_path / "starter")
    counts = [model.objects.count() for model in (Phase, Symptom, TreatmentOption)]
    renamed = (
        ("treatments/methadone.md", "slug: methadone\n", "slug: methadone-care\nwas: [methadone]\n"),
        ("phases/peak-withdrawal.yaml", "slug: peak-withdrawal\n", "slug: hardest\nwas: [peak-withdrawal]\n"),
        ("phases/peak-withdrawal.yaml", "slug: diarrhea\n", "slug: loose-stool\n    was: [diarrhea]\n"),
    )
    for name, before, after in renamed:
        file = tmp_path / "starter" / name
        assert file.read_text().count(before) == 1
        file.write_text(file.read_text().replace(before, after))
    load(starter)
    assert [model.objects.count() for model in (Phase, Symptom, TreatmentOption)] == counts
    for old, new in (
        ("/treatments/methadone/", "/treatments/methadone-care/"),
        ("/phases/peak-withdrawal/", "/phases/hardest/"),
        ("/symptoms/diarrhea/", "/symptoms/loose-stool/"),
    ):
        assert client.get(old)["Location"] == new
        assert client.get(new).status_code == 200
