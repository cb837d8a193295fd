"""Proposing a model, confirming it by a second person, refusing, withdrawing, and going back: one change at a time.

Each looks at the champion and at the record as they stand while nobody else can change them, so that whoever acts
on an old page is told, and a form that is sent twice does nothing the second time.
"""

from dataclasses import dataclass
from datetime import datetime

from desk.promotion.judging import reigning_of
from desk.promotion.kept_verdicts import kept_verdict
from desk.promotion.proposals import Proposal, open_proposal
from desk.refusals import Refused
from desk.settings import Settings
from hotline.masking import mask_personal_numbers
from models.changes import Change, ChangeKind, ChangesFile
from models.registry import NoModelError, Registered, Registry
from models.satisfaction_model import FeaturesChangedError

_LONGEST_REASON = 200
_STALE = "现用模型已经换过，请回到模型页重新看过各项数字再办"
_ENDED = "这份提议已经办结或撤回，请回到模型页看最新情况"


@dataclass(frozen=True)
class Changing:
    """Somebody who changes models, at a moment by this machine's clock."""

    settings: Settings
    by: str
    now: datetime

    @property
    def _registry(self) -> Registry:
        return Registry(self.settings.home)

    @property
    def _record(self) -> ChangesFile:
        return ChangesFile(self.settings.home)

    def propose(self, version: str, seen: str | None) -> None:
        """Propose a version, with the figures against the champion `seen` in view.

        Refused where another champion serves by now, a gate fails, or another proposal is open.
        """
        with self._registry.held():
            self._check_champion(seen)
            open_ = open_proposal(self._record.read(), seen)
            if open_ and (open_.change.by, open_.change.version) == (self.by, version):
                return
            if open_:
                raise Refused("version", f"第{open_.change.version}版正在等人复核，先等它办结或撤回")
            self._check_gates(version)
            self._record.add(Change(ChangeKind.PROPOSED, self.now, self.by, version, seen))

    def withdraw(self, number: int) -> None:
        """Take one's own proposal back."""
        with self._registry.held():
            if proposal := self._open(number, ChangeKind.WITHDRAWN):
                if proposal.change.by != self.by:
                    raise Refused("number", "只有提议人可以撤回；不同意请退回并写明理由")
                self._end(proposal, ChangeKind.WITHDRAWN, "")

    def refuse(self, number: int, reason: str) -> None:
        """Send somebody else's proposal back, saying why."""
        told = _reason(reason)
        with self._registry.held():
            if proposal := self._open(number, ChangeKind.REFUSED):
                self._check_second(proposal)
                self._end(proposal, ChangeKind.REFUSED, told)

    def confirm(self, number: int) -> None:
        """Put what somebody else proposed in service, everything looked at once more."""
        with self._registry.held():
            if not (proposal := self._open(number, ChangeKind.PROMOTED)):
                return
            asked = proposal.change
            self._check_second(proposal)
            self._check_gates(asked.version)
            why = f"proposed by {asked.by}, confirmed by {self.by}"
            change = Change(ChangeKind.PROMOTED, self.now, self.by, asked.version, proposer=asked.by)
            self._registry.put_in_service(self._model(asked.version), why, change)

    def roll_back(self, seen: str, reason: str) -> str:
        """Put the champion before `seen` in service again; the version that serves then."""
        told = _reason(reason)
        with self._registry.held():
            serving = self._registry.serving()
            last = (self._record.read() or (None,))[-1]
            if last and (last.kind, last.by, last.before) == (ChangeKind.ROLLED_BACK, self.by, seen):
                return last.version
            if not serving or str(serving["version"]) != seen:
                raise Refused("seen", _STALE)
            if not serving["before"]:
                raise Refused("seen", "在它之前没有用过别的模型，无从换回")
            self._model(serving["before"][-1])
            change = Change(ChangeKind.ROLLED_BACK, self.now, self.by, "", reason=told)
            return self._registry.put_back(change).version

    def _open(self, number: int, done: ChangeKind) -> Proposal | None:
        """The proposal of this number; None where the same person has done the same to it already."""
        changes = self._record.read()
        found = open_proposal(changes, reigning_of(self._registry).version)
        if found and found.number == number:
            return found
        if 0 < number < len(changes):
            if (changes[number].kind, changes[number].by) == (done, self.by):
                return None
            raise Refused("number", _ENDED)
        raise Refused("number", _STALE)

    def _end(self, proposal: Proposal, kind: ChangeKind, reason: str) -> None:
        asked = proposal.change
        self._record.add(Change(kind, self.now, self.by, asked.version, asked.before, reason, asked.by))

    def _check_second(self, proposal: Proposal) -> None:
        if proposal.change.by == self.by:
            raise Refused("number", "提议人不能复核自己的提议，请另一位有权限的同事复核")

    def _check_champion(self, seen: str | None) -> None:
        if reigning_of(self._registry).version != seen:
            raise Refused("seen", _STALE)

    def _check_gates(self, version: str) -> None:
        found = kept_verdict(self.settings, version, reigning_of(self._registry).compared)
        if found is None:
            raise Refused("version", "与现用模型还没有比较完，请稍后再办")
        if found["problem"]:
            raise Refused("version", "与现用模型比较不了，不能上线")
        failed = sum(not gate["passed"] for gate in found["gates"])
        if failed:
            raise Refused("version", f"还有{failed}项没有通过，不能上线")

    def _model(self, version: str) -> Registered:
        try:
            return self._registry.get(version)
        except (NoModelError, FeaturesChangedError, ValueError, KeyError, OSError) as error:
            raise Refused("version", f"第{version}版读不出来，或与现在的程序不符，请重新训练") from error


def _reason(written: str) -> str:
    told = mask_personal_numbers(" ".join(written.split()))[:_LONGEST_REASON]
    if not told:
        raise Refused("reason", "请写明理由，记录里会留下")
    return told
