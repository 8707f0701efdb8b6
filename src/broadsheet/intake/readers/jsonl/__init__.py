"""Our own form, one story a line: what `export jsonl` writes and `import jsonl` reads."""

from .reader import JsonlReader, id_of, key_of, line_of, story_of

__all__ = ["JsonlReader", "id_of", "key_of", "line_of", "story_of"]
