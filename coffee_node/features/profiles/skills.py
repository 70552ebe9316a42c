"""Skills as they travel: a Link for programs, a Hashtag for plain readers, our own address for free words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from coffee_node.activitypub.vocabulary import strip_nulls


def tag_documents(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the tags of the skills that are shown: a Link for programs, a Hashtag for plain readers."""
    offered, sought = shown.get("skills_offered") or [], shown.get("skills_sought") or []
    links = [_skill_tag(skill, "skill") for skill in offered]
    links += [_skill_tag(skill, "skill-sought") for skill in sought]
    parts = urlsplit(shown["uri"])
    hashtags = {_hashtag(skill["name"]): None for skill in (*offered, *sought)}
    return links + [
        {"type": "Hashtag", "name": f"#{tag}", "href": f"{parts.scheme}://{parts.netloc}/tags/{quote(tag)}"}
        for tag in hashtags
        if tag
    ]


def _skill_tag(skill: Mapping[str, Any], rel: str) -> dict[str, Any]:
    tag = {"type": "Link", "rel": rel, "href": skill.get("href"), "name": skill["name"]}
    return tag | {"nameMap": skill.get("name_map"), "skillLevel": skill.get("level")}


def _hashtag(name: str) -> str:
    return re.sub(r"[^\w]+", "", name.lower())


def skills_in(tags: Iterable[Mapping[str, Any]], rel: str) -> list[dict[str, Any]]:
    found = []
    for tag in tags:
        if tag.get("rel") != rel or not isinstance(tag.get("name"), str):
            continue
        level = tag.get("skillLevel")
        skill = {"name": tag["name"], "href": tag.get("href"), "name_map": tag.get("nameMap")}
        skill["level"] = level if isinstance(level, int) and 1 <= level <= 4 else None
        found.append(strip_nulls(skill))
    return found


def skill_dicts(names: Sequence[str], base_url: str) -> list[dict[str, Any]]:
    """Give free words as skills, each once, with our own tag page as their address."""
    wanted = dict.fromkeys(" ".join(name.split()) for name in names)
    page = f"{base_url}/tags/"
    return [{"name": name, "href": page + quote(name.lower(), safe="")} for name in wanted if name]
