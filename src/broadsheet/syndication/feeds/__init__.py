"""RSS, Atom and JSON Feed, in public and for subscribers, and the hub that tells of them (W3C WebSub)."""
