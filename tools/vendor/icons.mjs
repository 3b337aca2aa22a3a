// Which icons go into the sprite, and the pictures we drew ourselves.

export const LUCIDE = `
activity archive arrow-down arrow-down-right arrow-left arrow-right arrow-up arrow-up-right at-sign badge-check ban bell
book-open calendar calendar-clock calendar-days calendar-plus calendar-x chart-column chart-line check chevron-down
chevron-left chevron-right chevron-up chevrons-up-down circle-alert circle-check circle-dashed circle-dot circle-help
circle-pause circle-play circle-slash circle-user circle-x clipboard-list clock columns-2 copy crop download ellipsis
external-link eye file-clock file-pen file-text files fingerprint flag folder folder-plus globe graduation-cap grip-vertical handshake hash
heart history hourglass house image image-plus images inbox info key-round landmark languages laptop layers library
lightbulb link list list-checks list-filter lock log-out mail mailbox map-pin megaphone menu message-circle
message-square minus monitor moon move octagon-alert palette pencil phone plug plus printer quote refresh-cw repeat-2
reply rotate-ccw save scale search send settings share-2 shield-check smartphone smile star sun sun-moon table-2 tag target
thumbs-up trash-2 trending-up triangle-alert type undo-2 unlink unplug upload user user-plus users video x
`.trim().split(/\s+/);

// Names that collide with a Lucide icon are prefixed where they are used: `x` the network is `network-x`.
export const NETWORKS = ["bluesky", "facebook", "instagram", "mastodon", "telegram", "threads", "tiktok", "viber", "wordpress", "youtube"];

const line = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
const ground = `<path ${line} stroke-width="1.5" d="M8 112h160"/>`;
// In the drawings a shape without `fill` takes the page's wash, set by .drawing.
const drawing = (body) => ({ box: "0 0 176 120", body: `<g stroke-width="1.75" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">${body}</g>${ground}` });

export const DRAWN = {
  // The mark: a drum. The hoops take `fill` from the page (.mark), everything else is ink.
  mark: {
    box: "0 0 32 32",
    body:
      `<g ${line} stroke-width="1.75"><path d="M3.5 3.5 13 9.6M28.5 3.5 19 9.6"/><path d="M5.4 13v10.5M26.6 13v10.5"/>` +
      `<path d="m6 15.6 3.4 8.6 3.3-7.2 3.3 8.2 3.3-8.2 3.3 7.2 3.4-8.6" stroke-width="1.25"/></g>` +
      `<path d="M16 8.6c-6.6 0-12 1.9-12 4.4s5.4 4.4 12 4.4 12-1.9 12-4.4-5.4-4.4-12-4.4Zm0 2.1c5.7 0 9.7 1.4 9.7 2.300s-4 2.3-9.7 2.3-9.7-1.4-9.7-2.3 4-2.3 9.7-2.300Z"/>` +
      `<path d="M4 22.600v1.600c0 2.6 5.4 4.5 12 4.500s12-1.9 12-4.500v-1.600c-1.9 2.3-6.6 3.8-12 3.800s-10.1-1.5-12-3.800Z"/>`,
  },
  // A shield for a municipality whose arms nobody has uploaded; the band takes the municipality's colour.
  arms: {
    box: "0 0 28 32",
    body:
      `<path fill="none" stroke-width="1.5" stroke-linejoin="round" d="M3 3h22v13.500c0 6.2-4.6 10-11 12.500C7.6 26.5 3 22.7 3 16.500Z"/>` +
      `<path fill="currentColor" stroke="none" d="M4.5 4.500h19v5h-19z"/>` +
      `<path fill="none" stroke-width="1.25" stroke-linejoin="round" stroke-linecap="round" d="M8.5 20.500v-5.500h2v1.500h2v-1.500h3v1.500h2v-1.500h2v5.5"/>`,
  },
  linkedin: {
    box: "0 0 24 24",
    body: `<path fill="currentColor" fill-rule="evenodd" d="M3 1.500h18A1.5 1.5 0 0 1 22.5 3v18a1.5 1.5 0 0 1-1.5 1.500H3A1.5 1.5 0 0 1 1.5 21V3A1.5 1.5 0 0 1 3 1.500Zm1.9 8V19H8V9.500Zm1.5-4.700a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.600ZM10.2 9.500V19h3.100v-5c0-1.4.6-2.2 1.8-2.2 1.1 0 1.7.8 1.7 2.200v5H20v-5.700c0-2.6-1.4-4.1-3.5-4.1-1.5 0-2.5.7-3.2 1.700V9.500Z"/>`,
  },
  "network-x": {
    box: "0 0 24 24",
    body: `<path fill="currentColor" d="M2.5 3h6l4.6 6.200L18.5 3h2.600l-6.8 7.800L22 21h-6l-5-6.700L5.2 21H2.600l7.2-8.300Zm3.8 1.9 10.6 14.200h1.600L8 4.900Z"/>`,
  },
  // The practice network: a small square with a person speaking.
  practice: {
    box: "0 0 24 24",
    body: `<g ${line}><circle cx="9" cy="9" r="3.5"/><path d="M3 20.500c0-3.6 2.7-6 6-6s6 2.4 6 6M16 5c1 .9 1.6 2.3 1.6 4s-.6 3.1-1.6 4M19 2.500c1.7 1.7 2.6 4 2.6 6.500s-.9 4.8-2.6 6.5"/></g>`,
  },
  // A drum at rest on its stand, the proclamation rolled beside it: no posts yet.
  "drawing-posts": drawing(
    `<path d="M38 56v36c0 7 15 12 34 12s34-5 34-12V56"/><ellipse cx="72" cy="56" rx="34" ry="12"/><path fill="none" d="m40 64 10 36 11-33 11 37 11-37 11 33 10-36"/>` +
    `<path fill="none" d="M38 66c3 6 16 11 34 11s31-5 34-11M38 86c3 6 16 11 34 11s31-5 34-11"/><path fill="none" d="m46 20 22 32M104 16 78 51"/>` +
    `<path d="M122 70h30a5 5 0 0 1 0 10h-2v32h-30V80"/><path fill="none" d="M122 70a5 5 0 0 0 0 10h28M128 90h14M128 98h10"/>`,
  ),
  // A letter box with its flag down.
  "drawing-inbox": drawing(
    `<path d="M48 48h62a20 20 0 0 1 20 20v20H48"/><path d="M48 48a20 20 0 0 0-20 20v20h40V68a20 20 0 0 0-20-20Z"/><path fill="none" d="M38 70h20M82 88v24M94 88v24M104 64h16v-8"/>` +
    `<path fill="none" d="M140 34c5-6 10-6 14 0 4-6 9-6 14 0M20 30c4-5 8-5 11 0 3-5 7-5 11 0"/>`,
  ),
  // A wall calendar with one empty week.
  "drawing-calendar": drawing(
    `<path d="M44 26h88v72H44z"/><path fill="none" d="M44 44h88M62 18v14M114 18v14M44 62h88M44 80h88M66 44v54M88 44v54M110 44v54"/><path fill="none" d="m94 68 4 4 8-8"/>` +
    `<path fill="none" d="M36 112c0-5 3-8 6-8s6 3 6 8M132 112c0-7 3-11 7-11s7 4 7 11"/>`,
  ),
  // Hills as a curve, with a flag on the far one: no numbers yet.
  "drawing-numbers": drawing(
    `<path d="M20 112c14-4 20-34 36-34 14 0 16 18 28 18 16 0 22-52 42-52 18 0 18 60 34 68Z"/><path fill="none" d="M126 44V18l18 7-18 7"/>` +
    `<circle cx="56" cy="78" r="3"/><circle cx="84" cy="96" r="3"/><path fill="none" d="M30 30h18M36 38h20"/>`,
  ),
  // A lantern: looked for, not found.
  "drawing-search": drawing(
    `<path d="M70 50h36l6 46H64Z"/><path fill="none" d="M76 50V38h24v12M80 38c0-16 16-16 16 0M60 104h56v8M60 112v-8M88 62c7 7 8 14 0 22-8-8-7-15 0-22Z"/>` +
    `<path fill="none" d="M44 74H30M132 74h14M50 52l-10-8M126 52l10-8"/>`,
  ),
  // Two cups on a table with a notebook between: mentoring.
  "drawing-mentoring": drawing(
    `<path d="M28 84h30v16a12 12 0 0 1-12 12h-6a12 12 0 0 1-12-12Z"/><path fill="none" d="M58 90h5a6 6 0 0 1 0 12h-6M38 76c-3-4 3-6 0-11M48 76c-3-4 3-6 0-11"/>` +
    `<path d="M118 84h30v16a12 12 0 0 1-12 12h-6a12 12 0 0 1-12-12Z"/><path fill="none" d="M118 90h-5a6 6 0 0 0 0 12h6M128 76c-3-4 3-6 0-11M138 76c-3-4 3-6 0-11"/>` +
    `<path d="M72 34h34v46H72z"/><path fill="none" d="M80 34v46M86 46h14M86 54h14M86 62h9"/>`,
  ),
  // A watchman's hut with the shutter down: the house is closed for a while.
  "drawing-closed": drawing(
    `<path d="M52 54h72v58H52z"/><path d="M44 54 88 24l44 30Z"/><path fill="none" d="M66 66h44v28H66zM66 73h44M66 80h44M66 87h44M88 24V12l14 5-14 5"/>`,
  ),
};
