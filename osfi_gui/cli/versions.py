"""Tuned versions of an encoder in a gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from osfi_gui.cli.console import (
    EncoderOption,
    GalleryOption,
    JsonOption,
    PassphraseOption,
    err,
    load_tools,
    open_gallery,
    plain,
    print_record,
    progress,
)
from osfi_gui.core.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from osfi_gui.core.tune import Comparison, Version

versions_app = typer.Typer(help="Tuned versions of the encoder: list, promote, roll back.", no_args_is_help=True)


@versions_app.command("list")
def versions_list(
    gallery: GalleryOption,
    encoder: EncoderOption = "sface",
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the versions, newest first, and which one is in use."""
    with open_gallery(gallery, passphrase_file, create=False) as store:
        in_use, back_to, found = store.in_use(encoder), store.back_to(encoder), store.versions(encoder)
        _check_known(encoder, found)
    if as_json:
        for version in found:
            print_record(version_record(version, in_use=in_use))
        print_record({"encoder": encoder, "in_use": in_use, "back_to": back_to})
        return
    for version in found:
        mark = "*" if version.version_id == in_use else " "
        recipe = version.recipe
        what = f"{recipe.start} {recipe.layers} {recipe.head} {recipe.statistics}, {recipe.epochs} epochs"
        standing = str(version.comparison.standing) if version.comparison else "unjudged"
        if version.comparison and (against := version.comparison.in_use):
            standing += f" (against {against.against}: {against.standing})"
        typer.echo(f"{mark} {version.version_id:4}  {version.made_at}  {what}  {standing}  {version.note}".rstrip())
    typer.echo(f"{' ' if in_use else '*'}    0  the pretrained encoder")


@versions_app.command("promote")
def versions_promote(
    version_id: Annotated[int, typer.Argument(help="Number of the version; 0 for the pretrained encoder.")],
    gallery: GalleryOption,
    encoder: EncoderOption = "sface",
    anyway: Annotated[bool, typer.Option("--anyway", help="Although it is worse or was not judged.")] = False,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Put a version into use: encoder and embeddings of the gallery are swapped at once."""
    from osfi_gui.core.compare import against_in_use
    from osfi_gui.core.events import Progress as Step
    from osfi_gui.core.events import Token
    from osfi_gui.services.versions import check_promotion, promote, version_in_use

    with open_gallery(gallery, passphrase_file, create=False) as store, progress(hidden=False) as bar:
        if version_id:
            version, current = store.version(version_id), version_in_use(store, encoder)
            check_promotion(version, anyway=anyway, current=current)
            if said := against_in_use(version, current)[1]:
                err.print(plain(said))
        _, engine = load_tools(encoder, aligned=True)
        task = bar.add_task("Looking at the gallery", total=None)
        for event in promote(store, engine, version_id, token=Token(), anyway=anyway):
            if isinstance(event, Step):
                bar.update(task, completed=event.done, total=event.total)
        err.print(plain(f"{_name(encoder, version_id)} is in use now."))


@versions_app.command("rollback")
def versions_rollback(
    gallery: GalleryOption,
    encoder: EncoderOption = "sface",
    passphrase_file: PassphraseOption = None,
) -> None:
    """Go back to the version that was in use before."""
    with open_gallery(gallery, passphrase_file, create=False) as store:
        _check_known(encoder, store.versions(encoder))
        err.print(plain(f"{_name(encoder, store.roll_back(encoder))} is in use again."))


@versions_app.command("remove")
def versions_remove(
    version_id: Annotated[int, typer.Argument(help="Number of the version.")],
    gallery: GalleryOption,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Delete a version that is not in use."""
    with open_gallery(gallery, passphrase_file, create=False) as store:
        if version_id < 1:
            raise DeskError("The pretrained encoder cannot be removed.", "Give the number of a tuned version.")
        store.remove_version(version_id)
        err.print(f"Version {version_id} is gone.")


def version_record(version: Version, *, in_use: int) -> dict[str, Any]:
    """Give a version as the command line's JSON object.

    Parameters
    ----------
    version : Version
    in_use : int
        Number of the version in use.
    """
    comparison = version.comparison
    in_use_then = comparison.in_use if comparison else None
    return {
        "version": version.version_id,
        "encoder": version.encoder,
        "parent": version.parent,
        "made_at": version.made_at,
        "in_use": version.version_id == in_use,
        "recipe": version.recipe.to_dict(),
        "standing": str(comparison.standing) if comparison else "unjudged",
        "sentence": comparison.sentence if comparison else "",
        "comparison": _rows(comparison),
        "judged_against": in_use_then.against if in_use_then else 0,
        "against_in_use": {
            "version": in_use_then.against,
            "standing": str(in_use_then.standing),
            "sentence": in_use_then.sentence,
            "held_out": in_use_then.counts.held_out,
            "comparison": _rows(in_use_then),
        }
        if in_use_then
        else None,
        "background": comparison.counts.background if comparison else 0,
        "people": comparison.counts.people if comparison else len(version.trained_on),
        "revision": version.revision,
        "size_bytes": version.size_bytes,
        "seconds": round(version.seconds, 1),
        "device": version.device,
        "note": version.note,
    }


def _rows(comparison: Comparison | None) -> list[dict[str, Any]]:
    return [
        {
            "matcher": row.matcher,
            "far": row.far,
            "dir_before": row.before.value,
            "dir_after": row.after.value,
            "difference": row.difference.value,
            "difference_ci": [row.difference.low, row.difference.high],
            "rank1_before": row.rank1_before,
            "rank1_after": row.rank1_after,
        }
        for row in (comparison.rows if comparison else ())
    ]


def _check_known(encoder: str, found: Sequence[Version]) -> None:
    """Refuse a name that is no encoder's; one that was removed may still have versions."""
    if not found:
        from osfi_gui.vision.manifest import encoder_entry

        encoder_entry(encoder)


def _name(encoder: str, version_id: int) -> str:
    return f"Version {version_id} of {encoder}" if version_id else f"The pretrained {encoder}"
