"""The chat robot of the liaison group: posts a message to its webhook, and knows whether it has arrived."""

import json
from string import Template
from urllib.request import Request, urlopen

from hotline.errors import ArgumentError

_SECONDS = 5.0


class Robot:
    """A webhook that takes JSON, in WeCom's format unless the template says otherwise."""

    def __init__(self, url: str, template: str) -> None:
        """ArgumentError, without the address, where either cannot be used."""
        if not url.startswith(("https://", "http://")):
            raise ArgumentError("QINGLING_LIAISON_URL is no address; write the robot's https://… address")
        self._url, self._template = url, Template(template)
        try:
            json.loads(self._body("…"))
        except (ValueError, KeyError):
            raise ArgumentError(
                'QINGLING_LIAISON_TEMPLATE is no JSON in which $text stands for the message, such as {"text": $text}'
            ) from None

    def __call__(self, text: str) -> None:
        """Post a message. OSError where it cannot be known to have arrived, ValueError where it was refused."""
        body, kind = self._body(text).encode(), {"Content-Type": "application/json"}
        sent = Request(self._url, body, kind)  # noqa: S310 - its scheme was looked at
        with urlopen(sent, timeout=_SECONDS) as answer:  # noqa: S310
            told = answer.read(10_000)
        try:
            code = json.loads(told).get("errcode", 0)
        except (ValueError, AttributeError):
            return  # another robot's answer: the status said that it was taken
        if code:
            raise ValueError(f"the robot refused it: errcode {code}")

    def _body(self, text: str) -> str:
        return self._template.substitute(text=json.dumps(text, ensure_ascii=False))
