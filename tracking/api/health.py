from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracking import audit_log
from tracking.readiness import problems


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process is alive."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every check passes, 503 with what is wrong otherwise."""
    found = problems()
    wrong = any(found.values())
    checks = {name: problem or "ok" for name, problem in found.items()}
    told = {
        "status": "not ready" if wrong else "ready",
        "version": settings.VERSION,
        "checks": checks,
        "audit_log_failures": audit_log.failures.count,
    }
    return JsonResponse(told, status=503 if wrong else 200)
