-- Months of analytics_metricsnapshot are created and dropped by the owner of the table, whoever calls these functions:
-- the application may not change tables. Months are UTC. Row-level security without a policy on a partition lets nobody
-- read it by its own name; the policies of the table hold for all access through it.

CREATE OR REPLACE FUNCTION analytics_create_months(first date, last date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', first)::date;
    name text;
BEGIN
    WHILE month <= last LOOP
        name := 'analytics_metricsnapshot_' || to_char(month, 'YYYY_MM');
        IF to_regclass('public.' || name) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE public.%I PARTITION OF public.analytics_metricsnapshot FOR VALUES FROM (%L) TO (%L)',
                name, month || ' 00:00+00', (month + interval '1 month')::date || ' 00:00+00'
            );
            PERFORM analytics_protect_partition(name);
        END IF;
        month := (month + interval '1 month')::date;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION analytics_protect_partition(name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    IF to_regrole('dobosar_app') IS NOT NULL THEN
        -- for REINDEX
        EXECUTE format('GRANT MAINTAIN ON public.%I TO dobosar_app', name);
    END IF;
END $$;

-- Drops the months before `month`, a first day, and keeps the last snapshot of each subject from that time in one
-- partition. Returns the first days of the dropped months.
CREATE OR REPLACE FUNCTION analytics_drop_months(month date) RETURNS SETOF date
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    until timestamptz := (month || ' 00:00+00')::timestamptz;
    expired date[];
    partition text;
BEGIN
    SELECT array_agg(day ORDER BY day) INTO expired FROM (
        SELECT to_date(substring(c.relname FROM '[0-9]{4}_[0-9]{2}$'), 'YYYY_MM') AS day
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.analytics_metricsnapshot'::regclass
    ) stored WHERE day < month;
    IF expired IS NULL THEN
        RETURN;
    END IF;
    -- Copied first: the table is locked only while partitions are exchanged.
    CREATE TABLE public.analytics_metricsnapshot_last (LIKE public.analytics_metricsnapshot INCLUDING ALL);
    INSERT INTO public.analytics_metricsnapshot_last
    SELECT DISTINCT ON (subject_id) * FROM public.analytics_metricsnapshot
    WHERE at < until AND outcome = 'read' ORDER BY subject_id, at DESC;
    DELETE FROM public.analytics_metricsnapshot_default WHERE at < until;
    FOREACH partition IN ARRAY array_prepend(
        'analytics_metricsnapshot_before',
        (SELECT array_agg('analytics_metricsnapshot_' || to_char(day, 'YYYY_MM')) FROM unnest(expired) AS day)
    ) LOOP
        IF to_regclass('public.' || partition) IS NOT NULL THEN
            EXECUTE format('ALTER TABLE public.analytics_metricsnapshot DETACH PARTITION public.%I', partition);
            EXECUTE format('DROP TABLE public.%I', partition);
        END IF;
    END LOOP;
    ALTER TABLE public.analytics_metricsnapshot_last RENAME TO analytics_metricsnapshot_before;
    EXECUTE format(
        'ALTER TABLE public.analytics_metricsnapshot ATTACH PARTITION public.analytics_metricsnapshot_before '
        'FOR VALUES FROM (MINVALUE) TO (%L)', month || ' 00:00+00'
    );
    PERFORM analytics_protect_partition('analytics_metricsnapshot_before');
    RETURN QUERY SELECT unnest(expired);
END $$;

-- Whether a snapshot is in the default partition, as its month has none of its own.
CREATE OR REPLACE FUNCTION analytics_has_stray_snapshots() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.analytics_metricsnapshot_default)
$$;
