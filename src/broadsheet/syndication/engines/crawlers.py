"""The crawlers that are known, by what they come for. Names are facts: as each operator gives its own for `robots.txt`."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# As `MachineTerms` has a field for each.
PURPOSES = ("search", "answers", "training")
SEARCH = (
    *("Googlebot", "Googlebot-News", "Googlebot-Image", "Bingbot", "YandexBot", "DuckDuckBot", "Baiduspider"),
    *("Applebot", "PetalBot", "SeznamBot", "Qwantify", "Slurp", "Yeti", "Sogou", "Mail.RU_Bot"),
)
# Those that read in order to answer a question, at once or from an index of their own.
ANSWERS = (
    *("OAI-SearchBot", "ChatGPT-User", "Claude-SearchBot", "Claude-User", "Claude-Web", "PerplexityBot"),
    *("Perplexity-User", "MistralAI-User", "DuckAssistBot", "YouBot", "Google-NotebookLM", "NotebookLM"),
    *("Gemini-Deep-Research", "GoogleAgent-Mariner", "GoogleAgent-URLContext", "Google-Agent"),
    *("meta-externalfetcher", "meta-webindexer", "Amzn-SearchBot", "Amzn-User", "AzureAI-SearchBot"),
    *("amazon-kendra", "bedrockbot", "Kimi-User", "TongyiBot", "YiyanBot", "kagi-fetcher", "LinkupBot"),
    *("PhindBot", "iAskBot", "Andibot", "TavilyBot", "ExaSearchBot", "LinerBot", "Bravebot", "Manus-User"),
)
TRAINING = (
    *("GPTBot", "ClaudeBot", "anthropic-ai", "Google-Extended", "Google-CloudVertexBot", "GoogleOther"),
    *("Applebot-Extended", "CCBot", "Bytespider", "TikTokSpider", "meta-externalagent", "FacebookBot"),
    *("Amazonbot", "cohere-ai", "cohere-training-data-crawler", "AI2Bot", "Ai2Bot-Dolma", "Diffbot"),
    *("omgili", "omgilibot", "Webzio-Extended", "DeepSeekBot", "PanguBot", "ChatGLM-Spider", "Timpibot"),
    *("img2dataset", "LAIONDownloader", "laion-huggingface-processor", "ImagesiftBot", "ICC-Crawler"),
    *("SBIntuitionsBot", "VelenPublicWebCrawler", "FriendlyCrawler", "Cotoyogi", "YandexAdditional"),
    *("YandexAdditionalBot", "Factset_spyderbot", "ISSCyberRiskCrawler", "Brightbot", "Panscient"),
    *("CloudVertexBot", "WARDBot", "newsai", "NagetBot"),
)
BY_PURPOSE = {"search": SEARCH, "answers": ANSWERS, "training": TRAINING}
# RFC 9309 §2.2.1 has letters, "_" and "-"; some operators' own names hold digits and dots.
_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")


def validate_token(name: str) -> None:
    """Raises `ValidationError` for what can't stand in a `User-agent` line."""
    if not _TOKEN.fullmatch(name):
        raise ValidationError(_("Only letters, digits, dots, dashes and underscores."))
