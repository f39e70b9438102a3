"""The pictures of the site: strokes in a box of 24 by 24, drawn by us. A page carries those it shows."""

ICONS = {
    # Of every page
    "mark": "M2 21q5-3 7-5.5M8 21q1.5-3 2.5-5.5M16 21q-1.5-3-2.5-5.5M22 21q-5-3-7-5.5M12 13.5V8"
    "M12 9q0-5-6-5 0 5 6 5M12 8q0-5 6-5 0 5-6 5",
    "find": "M4.5 11a6.5 6.5 0 1 0 13 0 6.5 6.5 0 1 0-13 0M16 16l5 5",
    "play": "M7 4v16l13-8z",
    "voice": "M4 10v4h4l5 4V6l-5 4zM17 9q2 3 0 6M20 6q4 6 0 12",
    "next": "M9 5l7 7-7 7",
    "back": "M15 5l-7 7 7 7",
    "list": "M4 6h1M9 6h11M4 12h1M9 12h11M4 18h1M9 18h11",
    "yes": "M4 13l5 5L20 6",
    "tip": "M9 18h6M10 21h4M9 18v-3a6 6 0 1 1 6 0v3",
    "file": "M12 3v12M7 10l5 5 5-5M4 20h16",
    "pass": "M14 5l7 6-7 6v-4q-7 0-11 6 0-10 11-10z",
    "info": "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M12 11v6M12 7v.5",
    "warn": "M12 3l10 18H2zM12 10v5M12 18v.5",
    "wait": "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M12 7v5l4 2",
    # Topics
    "shop": "M4 11v9h16v-9M3 9l2-5h14l2 5q-2 4-6 0-3 4-6 0-4 4-6 0M10 20v-5h4v5",
    "picture": "M3 5h18v14H3zM3 17l6-6 4 4 3-3 5 5M16 9v.5",
    "megaphone": "M4 10v4l12 5V5zM7 15v5h3v-4M19 10v4",
    "headset": "M4 14a8 8 0 0 1 16 0M4 14h3v5H4zM17 14h3v5h-3zM18 19q0 2-5 2",
    "parcel": "M3 7l9-4 9 4v10l-9 4-9-4zM3 7l9 4 9-4M12 11v10",
    "wallet": "M3 7h18v12H3zM3 7l13-3v3M15 13h3",
    "rules": "M6 3h12v18H6zM9 8h6M9 12h6M9 16h4",
    "shield": "M12 3l8 3q0 11-8 15-8-4-8-15zM8 12l3 3 5-5",
    "sprout": "M12 21V9M12 14q0-6-8-6 0 6 8 6M12 10q0-6 8-6 0 6-8 6M6 21h12",
    "cow": "M6 8L2 6l5-2 2 2h6l2-2 5 2-4 2q0 12-6 12T6 8M9.5 11v.5M14.5 11v.5M9 16h6",
    "fish": "M2 12q8-10 15 0-7 10-15 0M17 12l5-5v10zM7 11v.5",
    "bug": "M8 9h8v5a4 4 0 0 1-8 0zM9 9q3-5 6 0M12 9v9M8 12H4M20 12h-4M8 8L5 5M16 8l3-3M8 16l-3 3M16 16l3 3",
    "soil": "M3 11q4-3 9 0t9 0M3 16q4-3 9 0t9 0M3 21q4-3 9 0t9 0M12 8V3M12 6q4 0 4-3",
    "tag": "M3 3h8l10 10-8 8L3 11zM7.5 7v.5",
    "tractor": "M3 17a4 4 0 1 0 8 0 4 4 0 1 0-8 0M16 18a3 3 0 1 0 6 0 3 3 0 1 0-6 0M4 13V5h7l2 7h6v3M11 18h5",
    "book": "M12 6q-3-2-9-2v14q6 0 9 2 3-2 9-2V4q-6 0-9 2v14",
    "mountain": "M2 19L9 6l4 7 3-4 6 10zM17 4v.5",
    "heart": "M12 20Q2 12 4 7q3-5 8 1 5-6 8-1 2 5-8 13M12 10v5M9.5 12.5h5",
    "people": "M5 8a3 3 0 1 0 6 0 3 3 0 1 0-6 0M15 9a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0M2 20q0-6 6-6t6 6"
    "M16 14q6 0 6 6",
    "school": "M12 3L2 8l10 5 10-5zM6 10v6q6 5 12 0v-6",
    "phone": "M7 2h10v20H7zM11 19h2",
}

# Those that point along a line, and turn round where lines run from right to left. Film does not: "play" stays.
TURNING = frozenset({"next", "back", "list", "pass"})
