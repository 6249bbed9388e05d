"""The product's own, with the apps of the one peer that CHORE_TEST_PEER names."""

from chore_project.settings import *  # noqa: F403
from tracking.benchmarks.peers import chosen

APPS = {
    "auditlog": ["auditlog"],
    "easy_audit": ["easyaudit"],
    "pghistory": ["pgtrigger", "pghistory"],
    "reversion": ["reversion"],
    "simple_history": ["simple_history"],
}
INSTALLED_APPS = [*INSTALLED_APPS, *APPS.get(chosen.NAME, []), "tracking.benchmarks.peers"]  # noqa: F405

DJANGO_EASY_AUDIT_REGISTERED_CLASSES = ["children.Child", "children.Activation"]
PGTRIGGER_MIGRATIONS = False  # the models are another app's, whose migrations stay as they are
PGTRIGGER_INSTALL_ON_MIGRATE = True
