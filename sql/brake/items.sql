-- What is to be judged, filled in by whoever owns it: `apart` is why an item is held whatever the numbers say. Item 0 only counts.
CREATE TEMP TABLE brake_item (
    item_id   bigint NOT NULL,
    kind      text,                            -- of brake; NULL: none counts it
    site_id   bigint NOT NULL,                 -- 0: none
    target_id bigint NOT NULL,                 -- 0: none
    foreseen  boolean NOT NULL,
    apart     text NOT NULL
) ON COMMIT DROP
