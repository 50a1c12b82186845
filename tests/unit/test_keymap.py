"""Every key there is: ids, clashes, and what the settings may remap."""

from __future__ import annotations

import pytest

from lambdatui.errors import SettingsError
from lambdatui.ui.keymap import all_bindings, bindings_of, check_keys, scopes


def refused(keys: dict[str, tuple[str, ...]]) -> str:
    with pytest.raises(SettingsError) as caught:
        check_keys(keys, "settings.toml")
    return str(caught.value)


def test_nothing_remapped_is_an_empty_keymap() -> None:
    assert check_keys({}, "settings.toml") == {}


def test_several_keys_of_one_action_are_joined() -> None:
    assert check_keys({"list.sort": ("f5", "f7")}, "settings.toml") == {"list.sort": "f5,f7"}


def test_an_unknown_action_names_its_source_and_the_nearest_one() -> None:
    assert refused({"list.srot": ("f5",)}) == (
        "settings.toml: keys.list.srot is not an action; did you mean list.sort?"
    )


def test_a_key_that_does_another_thing_in_the_same_place_is_refused() -> None:
    assert refused({"list.sort": ("y",)}) == "settings.toml: the key y would do both list.sort and list.copy_name"


def test_a_key_of_a_dialog_clashes_with_help() -> None:
    assert refused({"action.yes": ("question_mark",)}) == (
        "settings.toml: the key question_mark would do both app.help and action.yes"
    )


def test_a_key_of_the_whole_console_clashes_with_one_of_a_pane() -> None:
    assert "the key colon would do both" in refused({"list.sort": ("colon",)})


def test_two_remapped_actions_with_the_same_key_clash_once() -> None:
    assert refused({"list.sort": ("f5",), "list.filter": ("f5",)}).count("the key f5") == 1


def test_two_actions_may_swap_their_keys() -> None:
    assert check_keys({"list.sort": ("y",), "list.copy_name": ("s",)}, "settings.toml") == {
        "list.sort": "y",
        "list.copy_name": "s",
    }


def test_a_key_that_its_owner_gave_up_is_free() -> None:
    assert "list.sort" in check_keys({"list.copy_name": ("f5",), "list.sort": ("y",)}, "settings.toml")


def test_a_letter_may_end_the_filter_line_for_it_is_alone_there() -> None:
    assert check_keys({"filter.keep": ("s",)}, "settings.toml") == {"filter.keep": "s"}


def test_every_problem_is_named_at_once() -> None:
    assert len(refused({"list.srot": ("f5",), "list.sort": ("y",)}).splitlines()) == 2


def test_every_binding_says_what_it_does() -> None:
    assert [id_ for id_, binding in all_bindings().items() if not (binding.tooltip or binding.description)] == []


def test_every_id_is_one_action_only() -> None:
    seen: dict[str, str] = {}
    for scope in scopes():
        for holder in scope:
            for id_, binding in bindings_of(holder).items():
                assert seen.setdefault(id_, binding.action) == binding.action


def test_no_two_actions_share_a_key_in_the_same_place_as_shipped() -> None:
    shared = []
    for scope in scopes():
        taken: dict[str, str] = {}
        for id_, binding in {id_: one for holder in scope for id_, one in bindings_of(holder).items()}.items():
            shared += [(key, taken[key], id_) for key in binding.key.split(",") if key in taken]
            taken |= dict.fromkeys(binding.key.split(","), id_)
    assert shared == []
