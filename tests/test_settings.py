"""Settings: defaults, the file, the environment over it, errors that name the key."""

from __future__ import annotations

from datetime import date

import pytest

from data.settings import SettingsError, default_home, load_settings


def test_a_checkout_keeps_its_files_under_data_var():
    assert default_home().parts[-2:] == ("data", "var")


def test_the_environment_overrides_the_file(tmp_path):
    (tmp_path / "tracker.toml").write_text('contact = "desk@paper.example"\nport = 9000\n')
    read = load_settings({"TRACKER_HOME": str(tmp_path), "TRACKER_PORT": "9100"})
    assert (read.contact, read.port, read.home) == ("desk@paper.example", 9100, tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [("prot = 1", "prot"), ('port = "many"', "port"), ("delay = -1", "delay"), ("port = ", "tracker.toml")],
)
def test_a_bad_key_is_named(tmp_path, text, told):
    (tmp_path / "tracker.toml").write_text(text)
    with pytest.raises(SettingsError, match=told):
        load_settings({"TRACKER_HOME": str(tmp_path)})


def test_other_variables_of_the_family_are_not_settings(tmp_path):
    assert load_settings({"TRACKER_HOME": str(tmp_path), "TRACKER_SPACY_MODEL": "x"}).port == 8001


def test_the_oldest_story_fetched():
    assert load_settings({"TRACKER_HOME": "/nowhere"}).oldest(date(2026, 3, 15)) == date(2026, 3, 1)
