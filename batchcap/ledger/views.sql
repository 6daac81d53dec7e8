-- What the tables add up to: states that no column can contradict. Made anew with every schema.

CREATE VIEW submission_state AS
SELECT
    s.id AS submission_id,
    s.task_file_id,
    s.key,
    s.created_at,
    b.remote_id,
    v.state,
    v.raw_state,
    v.output_file_id,
    v.error_file_id,
    v.total,
    v.completed,
    v.failed,
    v.errors,
    v.at AS seen_at,
    e.how AS ended,
    e.message,
    e.not_before
FROM submission AS s
LEFT JOIN batch AS b ON b.submission_id = s.id
LEFT JOIN batch_view AS v
    ON v.id = (SELECT max(id) FROM batch_view WHERE submission_id = s.id)
LEFT JOIN ended AS e ON e.submission_id = s.id;

-- waiting: may be sent; doubt: intent without batch; open: at the provider; done: joined;
-- split: its tasks stand in smaller files now.
CREATE VIEW task_file_state AS
SELECT
    f.*,
    s.id AS submission_id,
    coalesce(e.not_before, 0) AS not_before,
    CASE
        WHEN x.task_file_id IS NOT NULL THEN 'split'
        WHEN s.id IS NULL OR e.how IN ('queue_full', 'refused', 'abandoned') THEN 'waiting'
        WHEN e.how = 'joined' THEN 'done'
        WHEN b.remote_id IS NULL THEN 'doubt'
        ELSE 'open'
    END AS state
FROM task_file AS f
LEFT JOIN split AS x ON x.task_file_id = f.id
LEFT JOIN submission AS s
    ON s.id = (SELECT max(id) FROM submission WHERE task_file_id = f.id)
LEFT JOIN batch AS b ON b.submission_id = s.id
LEFT JOIN ended AS e ON e.submission_id = s.id;

-- The task that speaks for a photo: its own, its leader's or that of its series' first frame;
-- borrows: not its own, heir_id: the frame that has words of its own in it. told is what is known of the picture
-- now (of a family whose leader is gone, its own facts). stands: the picture is the one that was
-- asked of, and nothing that the words may rest on is known otherwise by now. A task that does not
-- stand is as good as none.
CREATE VIEW standing AS
SELECT
    n.photo_id,
    n.task_id,
    n.told,
    n.borrows,
    n.heir_id,
    coalesce(n.asked_digest = n.digest AND NOT (
        n.asked_told <> n.told AND EXISTS (
            SELECT 1 FROM json_each(n.asked_told) AS j
            WHERE j.value IS NOT json_extract(n.told, '$.' || j.key)
        )
    ), 0) AS stands
FROM (
    SELECT
        p.id AS photo_id,
        q.digest,
        iif(l.present, l.told, p.told) AS told,
        p.leader_id IS NOT NULL OR l.inherits AS borrows,
        iif(l.inherits, l.id, NULL) AS heir_id,
        t.id AS task_id,
        t.digest AS asked_digest,
        t.told AS asked_told
    FROM photo AS p
    JOIN photo AS l ON l.id = coalesce(p.leader_id, p.id)
    JOIN photo AS q ON q.id = iif(l.inherits, l.series_id, l.id)
    LEFT JOIN task AS t ON t.id = (SELECT max(id) FROM task WHERE photo_id = q.id)
) AS n;

CREATE VIEW photo_state AS
SELECT
    p.id AS photo_id,
    p.path,
    n.task_id,
    n.told,
    t.task_file_id,
    o.result,
    n.stands AND coalesce(o.result IN ('accepted', 'repaired'), 1) AS promising,
    CASE
        WHEN p.present = 0 THEN 'gone'
        WHEN p.trouble <> '' THEN 'unreadable'
        WHEN n.borrows AND (
            NOT n.stands OR p.digest = '' OR coalesce(o.result NOT IN ('accepted', 'repaired'), 1)
            OR (n.heir_id IS NOT NULL AND i.photo_id IS NULL)
        ) THEN 'follows'
        WHEN NOT n.stands THEN 'new'
        WHEN o.task_id IS NULL THEN
            CASE f.state WHEN 'waiting' THEN 'built' ELSE 'submitted' END
        WHEN o.result IN ('accepted', 'repaired') THEN
            CASE
                WHEN w.kind IN ('written', 'unchanged') THEN
                    iif(w.told = n.told, 'written', 'captioned')
                WHEN w.kind = 'held' THEN 'held'
                WHEN w.kind = 'failed' THEN 'write_failed'
                ELSE 'captioned'
            END
        ELSE o.result
    END AS state
FROM photo AS p
JOIN standing AS n ON n.photo_id = p.id
LEFT JOIN task AS t ON t.id = n.task_id
LEFT JOIN outcome AS o ON o.task_id = t.id
LEFT JOIN inherited AS i ON i.photo_id = n.heir_id AND i.task_id = n.task_id
LEFT JOIN task_file_state AS f ON f.id = t.task_file_id AND o.task_id IS NULL
LEFT JOIN written AS w
    ON w.id = (SELECT max(id) FROM written WHERE task_id = t.id AND photo_id = p.id);
