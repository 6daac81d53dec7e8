"""The errors a stage cannot go on from; trouble with a single photo is a row, never one of these.

BatchcapError                 exit 1
├── UsageError                exit 2   a command, path or option that cannot be right
│   └── ConfigError           exit 2   batchcap.toml, a preset, a provider, the environment
├── WorkspaceMissing          exit 2   no batchcap.toml here
├── WorkspaceBusy             exit 3   another batchcap holds the lock
├── ToolMissing               exit 2   ExifTool is missing or too old, or an optional package is
├── ClusterUnreachable        exit 1   the cluster for work that fans out is not there, or went away
├── KeyMissing                exit 2   no API key, or the provider refuses it
├── Unreachable               exit 1   the provider did not answer; nothing is known to have changed
│   └── AskedToWait           exit 3   the provider asks to come back later
├── ProviderRefused           exit 1   the provider answered and said no
├── CannotTell                exit 4   what was sent may exist and the provider cannot say
├── DiskTrouble               exit 1   full disk, read-only folder, vanished drive
├── LedgerTrouble             exit 1   the ledger cannot be opened, or is from a newer version
└── BooksDoNotBalance         exit 5   sums that must close do not; nothing was touched

Each carries ``message`` (what happened), ``kept`` (what is safe) and ``hint`` (what to type next).
"""


class BatchcapError(Exception):
    """A stage cannot go on."""

    code = "failed"
    exit_code = 1

    def __init__(self, message: str, *, kept: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.kept = kept
        self.hint = hint

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.kept) if part)


class UsageError(BatchcapError):
    """A command, a path or an option that cannot be right."""

    code = "usage"
    exit_code = 2


class ConfigError(UsageError):
    """A setting, preset or provider file that cannot be read or does not fit."""

    code = "config"


class WorkspaceMissing(BatchcapError):
    """The folder holds no batchcap.toml."""

    code = "no_workspace"
    exit_code = 2


class WorkspaceBusy(BatchcapError):
    """Another batchcap works in this workspace."""

    code = "busy"
    exit_code = 3


class ToolMissing(BatchcapError):
    """A program or package is missing, too old or does not start."""

    code = "exiftool"
    exit_code = 2


class ClusterUnreachable(BatchcapError):
    """The cluster that should do the work has no scheduler or no workers."""

    code = "cluster"


class KeyMissing(BatchcapError):
    """No API key is set, or the provider refuses the one that is."""

    code = "api_key"
    exit_code = 2


class Unreachable(BatchcapError):
    """The provider did not answer; what it holds is unchanged or unknown."""

    code = "unreachable"


class AskedToWait(Unreachable):
    """The provider asks to come back in so many ``seconds``."""

    code = "asked_to_wait"
    exit_code = 3

    def __init__(
        self, message: str, *, seconds: float = 0.0, kept: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, kept=kept, hint=hint)
        self.seconds = seconds


class ProviderRefused(BatchcapError):
    """The provider answered and said no; ``provider_code`` is its own word for it."""

    code = "provider"

    def __init__(
        self, message: str, *, provider_code: str = "", kept: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, kept=kept, hint=hint)
        self.provider_code = provider_code


class CannotTell(BatchcapError):
    """What was sent may exist at the provider, and the provider cannot say."""

    code = "in_doubt"
    exit_code = 4


class DiskTrouble(BatchcapError):
    """A file or folder cannot be written: full, read-only or gone."""

    code = "disk"


class LedgerTrouble(BatchcapError):
    """The ledger cannot be opened or comes from a newer batchcap."""

    code = "ledger"


class BooksDoNotBalance(BatchcapError):
    """Sums that must close do not."""

    code = "books"
    exit_code = 5
