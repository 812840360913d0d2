"""Workspaces, their files and their settings."""

import re
import threading
from pathlib import Path

import pytest
from django.urls import reverse

from regard.accounts.models import Member
from regard.accounts.site import (
    Workspace,
    add_user,
    close_stores,
    local_owner,
    register_workspace_files,
    store_of,
)
from regard.accounts.stores import Stores
from regard.base import Conflict
from regard.metrics import settings_of
from regard.stream import Record, open_store

pytestmark = pytest.mark.django_db
SETTINGS = {
    "name": "Old harbour",
    "time_zone": "Europe/Warsaw",
    "kind": "contractual",
    "minimum_n": "5",
    "currency": "PLN",
}


def test_files_found_at_home_become_workspaces_of_the_first_owner(home: Path, workspace: Workspace) -> None:
    (home / "workspaces").mkdir(parents=True)
    with open_store(home / "workspaces" / "sea-port.duckdb") as store:
        store.keep(Record("settings", "workspace", {"name": "Sea port", "is_simulated": True}))
    made = register_workspace_files()
    assert [(item.slug, item.name, item.is_demo) for item in made] == [("sea-port", "Sea port", True)]
    owner = local_owner()
    register_workspace_files()
    assert Member.objects.find("sea-port", owner).role == "owner"
    assert register_workspace_files() == []


def test_a_workspace_that_has_members_gets_no_owner_by_itself(workspace: Workspace) -> None:
    Member.objects.create(workspace=workspace, user=add_user("ann@example.org"), role="owner")
    eve = add_user("eve@example.org")
    register_workspace_files(eve)
    assert Member.objects.find("harbour", eve) is None


def test_an_owner_makes_another_workspace_and_others_may_not(signed_in) -> None:
    answer = signed_in("owner").post(reverse("accounts:new_workspace"), {"name": "North Sea Ferries"})
    assert answer.url == "/w/north-sea-ferries/settings/"
    assert signed_in("manager").get(reverse("accounts:new_workspace")).status_code == 403


@pytest.mark.parametrize("zone", ["UTC", "Europe/Bucharest"])
def test_a_new_workspace_counts_its_days_by_the_zone_of_the_installation(
    workspace, signed_in, monkeypatch, zone
) -> None:
    monkeypatch.setenv("REGARD_TIME_ZONE", zone)
    owner = signed_in("owner")
    settings = owner.get(owner.post(reverse("accounts:new_workspace"), {"name": "Pier"}).url)
    made = store_of(Workspace.objects.get(slug="pier"))
    assert settings_of(made).time_zone == settings.context["form"]["time_zone"].value() == zone
    assert bool(made.kept("settings", "workspace")) == (zone != "UTC")


def test_a_taken_name_is_refused(workspace: Workspace) -> None:
    owner = local_owner()
    with pytest.raises(Conflict):
        Workspace.make("Harbour", owner)


def test_a_workspace_is_named_in_any_script(workspace: Workspace) -> None:
    made = [Workspace.make(name, local_owner()) for name in ("港口", "Порт")]
    assert [one.name for one in made] == ["港口", "Порт"]
    assert all(re.fullmatch(r"w-[0-9a-f]{8}", one.slug) for one in made)


def test_a_new_workspace_never_adopts_a_file_that_lies_there(home: Path, workspace: Workspace) -> None:
    (home / "workspaces").mkdir(parents=True)
    open_store(home / "workspaces" / "secret.duckdb").close()
    with pytest.raises(Conflict):
        Workspace.make("Secret", local_owner())
    assert not Workspace.objects.filter(slug="secret").exists()


def test_settings_are_kept_beside_the_stream_and_other_facts_stay(workspace: Workspace, signed_in) -> None:
    store_of(workspace).keep(Record("settings", "workspace", {"name": "Harbour", "licence": "CC0"}))
    browser = signed_in("owner")
    assert browser.post(reverse("accounts:workspace_settings", args=["harbour"]), SETTINGS).status_code == 302
    kept = store_of(workspace).kept("settings", "workspace")[0].body
    assert kept == {**SETTINGS, "minimum_n": 5, "licence": "CC0"}
    assert Workspace.objects.get(slug="harbour").name == "Old harbour"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("kind", "both"),
        ("minimum_n", "0"),
        ("minimum_n", "many"),
        ("currency", "zloty"),
        ("name", ""),
    ],
)
def test_a_wrong_setting_is_shown_at_its_field_and_changes_nothing(
    workspace: Workspace, signed_in, field: str, value: str
) -> None:
    page = signed_in("owner").post(reverse("accounts:workspace_settings", args=["harbour"]), {**SETTINGS, field: value})
    assert list(page.context["form"].errors) == [field]
    assert store_of(workspace).kept("settings", "workspace") == []


def test_saving_settings_that_nobody_has_changed_changes_no_figure(workspace: Workspace, signed_in) -> None:
    browser, address = signed_in("owner"), reverse("accounts:workspace_settings", args=["harbour"])
    shown = browser.get(address).context["form"].initial
    assert browser.post(address, shown).status_code == 302
    before, after = (settings_of(store_of(workspace), version).by_name() for version in (0, None))
    assert after == {**before, "version": after["version"]}


def test_threads_share_one_store(workspace: Workspace) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(store_of(workspace))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    close_stores()
    assert store_of(workspace) is not found[0]


def test_a_store_is_opened_again_when_its_owner_has_gone(home: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "shared.duckdb"
    code = f"from regard.stream import open_store; s = open_store({str(path)!r}); print('open', flush=True); input()"
    owner = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout.readline() == "open\n"
    stores = Stores()
    try:
        assert not stores.of(path).is_owner
        owner.communicate("\n")
        assert stores.of(path).is_owner
    finally:
        stores.close()
