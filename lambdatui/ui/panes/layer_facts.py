"""What the panes of layers say of one layer version: models in, labelled lines out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, NotFound
from lambdatui.insight.layer_owners import Owner, layer_owner
from lambdatui.insight.layer_use import LIMIT, NEAR_LIMIT, UNZIPPED_LIMIT, LayerUse, package_size
from lambdatui.models.function import FunctionSummary
from lambdatui.models.layer import LayerVersion, LayerVersionId, UsedLayer
from lambdatui.ui import figures
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.flowing_view import FlowingView
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.trouble import trouble

Fact = tuple[str, Content]

ASKING = Content.styled("…", "dim")
DELETED = "deleted: functions that have it keep running with it, and no other can take it"
NEWEST_TOLD = 8
"""How many of a layer's versions are told beside those in use."""


class LayerFacts(FlowingView):
    """Labelled lines; long values go on under themselves.

    Args:
        bounded: leaves room for a list below.
    """

    DEFAULT_CSS = """
    LayerFacts { height: 1fr; padding: 0 1; overflow-y: hidden; }
    LayerFacts.-bounded { height: auto; max-height: 50%; }
    """

    def __init__(self, *, bounded: bool = False) -> None:
        super().__init__()
        self.set_class(bounded, "-bounded")
        self._facts: Sequence[Fact] = ()

    def show(self, facts: Sequence[Fact]) -> None:
        """Shows these facts and no others."""
        if facts != self._facts:
            self._facts = facts
            self._show()

    def _broken(self, width: int) -> list[Content]:
        label_width = max((len(label) for label, _ in self._facts), default=0) + 1
        room = max(20, width - label_width)
        lines = []
        for label, value in self._facts:
            for number, line in enumerate(value.wrap(room) or [value]):
                lines.append(Content.assemble((("" if number else label).ljust(label_width), "$secondary"), line))
        return lines


def mark(glyph: str, text: str, colour: str) -> Content:
    """A state by glyph as well as by colour."""
    return Content.styled(f"{glyph} {text}", colour)


def state_cell(glyph: str, text: str, colour: str) -> Content:
    """The same in a table, where the text has to be read on the cursor's line too: the glyph alone is coloured."""
    return Content.assemble((glyph, colour), f" {text}")


def package_weight(function: FunctionSummary, layers: Sequence[UsedLayer]) -> Content:
    """Code and layers together against the limit, as far as AWS lets it be known."""
    full = f"; all {LIMIT} layers taken" if len(layers) >= LIMIT else ""
    total = package_size(function, layers)
    if total is None:
        errors = [layer.size for layer in layers if isinstance(layer.size, ConsoleError)]
        return trouble(errors[0], "not known: ") if errors else Content.styled("not known", "dim")
    parts = f"{figures.size(function.code_size)} code + {figures.size(total - function.code_size)} layers"
    text = (
        f"{figures.size(total)} compressed ({parts}); the limit is {figures.size(UNZIPPED_LIMIT)} unzipped, "
        f"so this is an estimate{full}"
    )
    return mark("▲", f"{text}; it may be near", "$warning") if total > NEAR_LIMIT else Content(text)


def used_layer_facts(layer: UsedLayer, account: str, session: Session) -> list[Fact]:
    """All that is known of one layer of a function.

    Args:
        account: the function's own.
    """
    facts = [("layer", Content(plain(layer.id.arn))), ("state", _state(layer))]
    if isinstance(layer.size, ConsoleError):
        facts.append(("size", trouble(layer.size)))
    facts.append(("owner", _owner_text(layer_owner(layer.id.account, account), layer.id)))
    facts.append(("used by", _used_by(layer.id, session)))
    if isinstance(layer.details, LayerVersion):
        return facts + _details(layer.details, session)
    if isinstance(layer.details, ConsoleError) and not layer.deleted:
        facts.append(("details", trouble(layer.details)))
    return facts


def version_facts(
    use: LayerUse, versions: list[LayerVersion] | None, error: ConsoleError | None, session: Session
) -> list[Fact]:
    """All that is known of one layer version of the region.

    Args:
        versions: those that the layer has, as far as they could ever be read.
        error: why they cannot be read now.
    """
    facts = [("layer", Content(plain(use.id.arn)))]
    if not use.owner.own:
        facts.append(("owner", _owner_text(use.owner, use.id)))
    if isinstance(error, NotFound):
        versions, error = [], None
    if versions is None:
        facts.append(("versions", ASKING if error is None else trouble(error)))
        return facts + (_details(use.details, session) if use.details else [])
    facts.append(("versions", _versions(use.id, versions, session)))
    if error is not None:
        facts.append(("", trouble(error, "stale: ")))
    this = next((version for version in versions if version.version == use.id.version), None)
    if this is not None:
        return facts + _details(this, session)
    if use.owner.own:
        facts.append(("state", mark("✕", DELETED, "$error")))
    return facts


def _state(layer: UsedLayer) -> Content:
    newest = f"; the newest is {layer.newest}" if layer.newest else ""
    if layer.deleted:
        return mark("✕", f"{DELETED}{newest}", "$error")
    if layer.versions is None:
        return ASKING
    if isinstance(layer.versions, ConsoleError):
        return trouble(layer.versions, "newest version not known: ")
    if layer.behind is None:
        return Content.styled("newest version not known: none is listed", "dim")
    if layer.behind:
        return mark("▲", f"{layer.behind} behind{newest}", "$warning")
    return mark("✓", "the newest", "$success")


def _owner_text(owner: Owner, id_: LayerVersionId) -> Content:
    where = f", account {id_.account}" if owner.known and not owner.own and id_.account else ""
    return Content.styled(plain(f"{owner.label}{where}"), "" if owner.known else "$warning")


def _used_by(id_: LayerVersionId, session: Session) -> Content:
    count = sum(id_.arn in function.layers for function in session.functions.values())
    have = "function has" if count == 1 else "functions have"
    return Content(f"{figures.count(count)} {have} this version in $LATEST; :layers shows which")


def _details(version: LayerVersion, session: Session) -> list[Fact]:
    facts = [
        ("runtimes", _declared(version.compatible_runtimes)),
        ("architectures", _declared(version.compatible_architectures)),
        (
            "licence",
            Content(plain(version.license_info)) if version.license_info else Content.styled("none given", "dim"),
        ),
    ]
    if version.created_ms is not None:
        at = figures.absolute(version.created_ms, session.times)
        facts.append(("created", Content(f"{at} ({figures.age(now_ms() - version.created_ms)} ago)")))
    if version.description:
        facts.append(("description", Content(plain(version.description))))
    return facts


def _declared(names: Sequence[str]) -> Content:
    return Content(plain(", ".join(names))) if names else Content.styled("none declared", "dim")


def _versions(id_: LayerVersionId, versions: Sequence[LayerVersion], session: Session) -> Content:
    """The newest versions and those in use, newest first, each with how many functions have it."""
    counts = Counter(arn for function in session.functions.values() for arn in function.layers)
    ordered = sorted(versions, key=lambda version: version.version, reverse=True)
    told = [
        _version(version.version, counts[version.layer_version_arn], here=version.version == id_.version)
        for place, version in enumerate(ordered)
        if place < NEWEST_TOLD or counts[version.layer_version_arn]
    ]
    if not told:
        return Content.styled("none is listed", "dim")
    if len(told) < len(ordered):
        told.append(Content.styled(f"{figures.count(len(ordered))} in all", "dim"))
    return Content(", ").join(told)


def _version(number: int, functions: int, *, here: bool) -> Content:
    used = f" ({figures.count(functions)} function{'' if functions == 1 else 's'})" if functions else ""
    return Content.styled(f"{number}{used}", "bold" if here else "")
