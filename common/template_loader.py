"""The template loader, which trims whitespace (`common.template_source`)."""

from django.template import Origin
from django.template.loaders import filesystem

from common.template_source import trimmed


class Loader(filesystem.Loader):
    """Django's loader of files, which leaves the formatting of HTML out when a template is compiled."""

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        if not origin.name.endswith(".html"):
            return contents
        return trimmed(contents, keep_lines=self.engine.debug)
