"""`/-/reads`: where edges hand their counts over."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .services import BadBatch, add_reads


@csrf_exempt
@require_POST
def reads(request: HttpRequest) -> JsonResponse:
    """`{"edge": name, "batch": number, "reads": [{"story", "referrer", "access", "count"}]}`; from edges alone."""
    if getattr(request, "edge", None) is None:
        raise Http404
    try:
        told = json.loads(request.body)
        added = add_reads(str(told["edge"]), int(told["batch"]), told["reads"])
    except BadBatch as error:
        return JsonResponse({"error": str(error)}, status=400)
    except (ValueError, TypeError, KeyError):
        return JsonResponse({"error": "not a batch of reads"}, status=400)
    return JsonResponse({"added": added})
