"""Which Confluence: Cloud or Data Center, and where its calls go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["cloud", "datacenter"]
GATEWAY = "https://api.atlassian.com"
"""Where scoped and OAuth tokens of Cloud are good."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A site. All addresses are without a slash at their end."""

    kind: Kind
    site: str
    """What people see: https://acme.atlassian.net/wiki, https://wiki.acme.com/context"""
    api: str
    """Where calls go: the same, or https://api.atlassian.com/ex/confluence/{cloudId}/wiki (the gateway)."""
    cloud_id: str = ""

    @property
    def host(self) -> str:
        """The name of the site's machine, for messages."""
        return urlsplit(self.site).netloc

    @property
    def origin(self) -> str:
        """The root of the site's machine."""
        return root_of(self.site)

    @property
    def gateway(self) -> bool:
        """Whether calls go through the gateway instead of to the site."""
        return self.api != self.site

    @property
    def jira(self) -> str:
        """The base of the API of Jira, which Cloud has under the same credentials; empty on Data Center."""
        if self.kind != "cloud":
            return ""
        root, found, rest = self.api.partition("/ex/confluence/")
        return f"{root}/ex/jira/{rest.partition('/')[0]}" if found else root_of(self.api)


def root_of(url: str) -> str:
    """Scheme and machine of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
