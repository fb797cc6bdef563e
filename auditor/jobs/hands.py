"""The people who sign here and now: their signer files, their roles, and what their role asks for before they sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.attestation.keys import ALGORITHMS
from auditor.attestation.sign import SigningKey, check_signatures, sign_statement
from auditor.attestation.statements.common import DeclaredSigner
from auditor.custody.signer_file import Passphrase, open_keys, read_signer
from auditor.errors import BindingError, SigningError

if TYPE_CHECKING:
    from auditor.evidence.admission import Admission
    from auditor.jobs.assess import Progress

REVIEWER = "technical-reviewer"


@dataclass(frozen=True, slots=True)
class Hand:
    """A person's signer file, and the role in which they sign."""

    role: str
    signer: Path


@dataclass(frozen=True, slots=True)
class Evidence:
    """The bundle at hand, the content to assess it by, and the bounds of the engine (memory in MiB)."""

    bundle: Path | None = None
    controls: Path | None = None
    threads: int = 0
    memory: int = 2048

    def admit(self, root: str) -> Admission:
        """The bundle, admitted, where its tree has `root`.

        Raises:
            SigningError: no bundle is given.
            EvidenceError: it cannot be admitted.
            BindingError: it is another one.
        """
        if self.bundle is None:
            raise SigningError("the evidence is needed for this", hint="give the bundle with --bundle FOLDER")
        from auditor.jobs.evidence import admit_bundle

        admission = admit_bundle(self.bundle)
        if admission.root != root:
            raise BindingError(
                "this is not the evidence that was assessed: the bundle's root differs",
                place=str(self.bundle),
                value=admission.root,
                hint=f"the results are about {root}",
            )
        return admission


def declare(hand: Hand) -> DeclaredSigner:
    """How a statement names the person of that signer file.

    Raises:
        MachineError, TrustError: as `read_signer`.
    """
    signer = read_signer(hand.signer)
    keys = {place.public.algorithm: place.public.keyid for place in signer.keys}
    return DeclaredSigner(signer.principal, hand.role, tuple(keys[algorithm] for algorithm in ALGORITHMS))


def open_hands(hands: Sequence[Hand], passphrase: Passphrase) -> list[SigningKey]:
    """Both keys of each of `hands`, ready to sign; `passphrase` is asked for each that is locked.

    Raises:
        SigningError, MachineError, TrustError: as `open_keys`.
    """
    return [key for hand in hands for key in open_keys(read_signer(hand.signer), hand.signer.parent, passphrase)]


def sign_by(hands: Sequence[Hand], payload: bytes, passphrase: Passphrase) -> bytes:
    """The statement in `payload` signed by `hands`, each signature checked before anybody is handed it.

    Raises:
        SigningError, MachineError, TrustError: as `open_hands` and `sign_statement`, or a signature does not verify.
    """
    keys = open_hands(hands, passphrase)
    envelope = sign_statement(payload, keys)
    check_signatures(envelope, keys)
    return envelope


def require_recomputed(results: dict[str, Any], as_of: int, evidence: Evidence, progress: Progress) -> Admission:
    """Recompute `results` from the bundle before a technical reviewer may say so; the bundle, as it was admitted.

    Raises:
        SigningError: no bundle is given.
        BindingError: it is another bundle, or the first place where the results differ.
        UnverifiableError: the content at hand is not what the results were made with.
        EvidenceError: the bundle cannot be admitted.
    """
    if evidence.bundle is None:
        raise SigningError(
            "a technical reviewer signs only what was recomputed here, and there is nothing to recompute it from",
            hint="give the bundle with --bundle FOLDER",
        )
    from auditor.jobs.recompute import recompute_results

    admission = evidence.admit(str(results["bundle"]["root"]))
    progress("recomputing the results for the technical reviewer")
    recompute_results(
        results,
        as_of,
        evidence.bundle,
        evidence.controls,
        evidence.threads,
        evidence.memory,
        progress,
        admission=admission,
    )
    return admission
