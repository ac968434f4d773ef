"""Pictures in an export: their stored files, and a list with their descriptions."""

from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from editorial.loading.content_files import Row, Values, as_yaml, read_yaml
from editorial.models import Picture
from editorial.models.pictures import FILE, FOLDER
from operations.content_import import ContentError, Outcome

LIST = "pictures.yaml"
FIELDS = ("alt", "decorative", "width", "height", "widths")


def write(folder: Path) -> int:
    """Write the files and the list, and delete files of an earlier export. Returns the number of files."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, names = [], {LIST}
    for picture in Picture.objects.filter(removed_why="").order_by("at", "pk"):
        rows.append({"name": picture.name, **{name: getattr(picture, name) for name in FIELDS}})
        rows[-1]["widths"] = Row(picture.widths)
        for name in picture.files:
            names.add(Path(name).name)
            with default_storage.open(name) as file:
                (folder / Path(name).name).write_bytes(file.read())
    (folder / LIST).write_text(as_yaml(rows), encoding="utf-8", newline="\n")
    for path in folder.iterdir():
        if path.name not in names and FILE.fullmatch(f"{FOLDER}/{path.name}"):
            path.unlink()
    return len(names)


def read(folder: Path) -> list[Outcome]:
    """Update the library, in the import's transaction; call `store` last. Others stay. Raises ContentError."""
    outcomes = []
    for name, values in _listed(folder).items():
        picture = Picture.objects.filter(name=name).first() or Picture(name=name)
        changed = tuple(field for field, value in values.items() if getattr(picture, field) != value)
        if picture.pk is None:
            outcomes.append(Outcome("added", f"picture {name}"))
        elif changed:
            outcomes.append(Outcome("changed", f"picture {name}", changed))
        for field in changed:
            setattr(picture, field, values[field])
        picture.full_clean()
        if picture.pk is None or changed:
            picture.save()
    return outcomes


def store(folder: Path) -> None:
    """Store missing files of listed pictures. Raises OSError."""
    for name, values in _listed(folder).items():
        for path in Picture(name=name, widths=values["widths"]).files:
            if not default_storage.exists(path):
                default_storage.save(path, ContentFile((folder / Path(path).name).read_bytes()))


def _listed(folder: Path) -> dict[str, Values]:
    """Read the list, by name; empty in an export of an earlier release."""
    rows = read_yaml(folder / LIST) if (folder / LIST).exists() else []
    for row in rows:
        if not (match := FILE.fullmatch(f"{FOLDER}/{row['name']}")) or match[2]:
            raise ContentError(f"{row['name']} is no name of a picture.")
        if not all(type(width) is int for width in row["widths"]):
            raise ContentError(f"The widths of {row['name']} are not numbers.")
    return {row["name"]: {field: row[field] for field in FIELDS} for row in rows}
