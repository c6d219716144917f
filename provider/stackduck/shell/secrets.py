"""Which texts hold a secret: credentials by their form, signed links, and values of what is named like a password.

Errs on the side of secrecy: a text that is taken for a secret without being one is only not remembered.
"""

from __future__ import annotations

import re

_FORMS = (
    r"\bgh[a-z]_[A-Za-z0-9]{16,}",  # https://docs.github.com/authentication: ghp_, gho_, ghu_, ghs_, ghr_
    r"\bgithub_pat_[A-Za-z0-9_]{16,}",
    r"\bglpat-[\w-]{16,}",
    r"\bxox[a-z]-[\w-]{10,}",
    r"\bsk-[\w-]{16,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"\bAIza[\w-]{30,}",
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.",  # a JSON Web Token
    r"-----BEGIN [A-Z ]*PRIVATE KEY",
    r"\b(?:bearer|basic|negotiate)\s+[\w.~+/=-]{8,}",
    r"\bauthorization\b['\"\s]*[:=,]",
    r"[?&](?:amp;)?(?:sig|signature|se|sp|x-amz-[a-z-]+|x-goog-[a-z-]+|awsaccesskeyid|access_token|token)=",
    r"\bx-amz-(?:signature|credential|security-token)\b",
    r"\b[a-z][a-z0-9+.-]{0,20}://[^\s/@:'\"]{0,200}:[^\s/@'\"]{1,500}@",
    r"\bcreate\s+(?:or\s+replace\s+)?(?:persistent\s+|temporary\s+|temp\s+)?secret\b",
)
_NAME = (
    r"[\w-]{0,40}(?:password|passwd|passphrase|\bpwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|private[_-]?key"
    r"|client[_-]?key|credentials?)"
)
_GIVEN = rf"\b{_NAME}['\"]?\s*(?::=|==|=>|=|:(?!:))\s*(?!\$|\?|null\b|''|\"\"|[<>=])\S"
"""password = 'x', "token": "x", SET VARIABLE api_key = 'x', password=x; not one that is bound or empty."""
_COMMAND = rf"\A\s*[.\\](?:param\w*|set)\s+(?:set\s+)?[$:]?{_NAME}\s+\S"
""".param token x"""
_SECRET = re.compile("|".join((*_FORMS, _GIVEN, _COMMAND)), re.IGNORECASE)


def has_secret(text: str) -> bool:
    """Tell whether a text holds what nobody else should read."""
    return _SECRET.search(text) is not None
