// Version 1: room for what is to come. Partitions are made ahead of need, by whoever notices.
#include "adapters/postgres/migrations.h"

namespace adapters::postgres {

char const* const upkeep_functions = R"sql(
-- One more partition of that table. Attaching takes no lock that readers or writers wait for.
CREATE FUNCTION {s}.add_partition(of_table text, lowest bigint, highest bigint) RETURNS void
LANGUAGE plpgsql AS
$$ DECLARE
    part text := of_table || '_' || lowest;
BEGIN
    EXECUTE format('CREATE TABLE {s}.%I (LIKE {s}.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) '
        'WITH (fillfactor = %s, autovacuum_vacuum_scale_factor = 0.1, '
        'autovacuum_analyze_scale_factor = 0.2, autovacuum_vacuum_cost_delay = 1)',
        part, of_table, CASE of_table WHEN 'jobs' THEN 50 ELSE 100 END);
    EXECUTE format('ALTER TABLE {s}.%I ATTACH PARTITION {s}.%I FOR VALUES FROM (%s) TO (%s)',
        of_table, part, lowest, highest);
    IF of_table = 'entries' THEN
        EXECUTE format('CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON {s}.%I '
            'EXECUTE FUNCTION {s}.refuse(''ledger entries are never removed'')', part);
    END IF;
END $$;

-- Sees to it that there is room for two partitions more than have been begun. Runs as the owner of
-- the tables, so that nobody else need be allowed to make any.
CREATE FUNCTION {s}.make_room() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ DECLARE
    size constant bigint := 4000000;
    made int := 0;
    one record;
    highest bigint;
BEGIN
    FOR one IN
        SELECT 'jobs' AS of_table, s.last_value AS used FROM {s}.job_ids s
        UNION ALL SELECT 'entries', s.last_value FROM {s}.entry_numbers s
    LOOP
        SELECT coalesce(m.value, 0) INTO highest FROM (SELECT 1) x
            LEFT JOIN {s}.marks m ON m.name = one.of_table || '_room';
        IF highest - one.used > size THEN
            CONTINUE;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('{s}.' || one.of_table || '_room', 0));
        SELECT coalesce(max(m.value), 0) INTO highest FROM {s}.marks m
            WHERE m.name = one.of_table || '_room';
        WHILE highest - one.used <= 2 * size LOOP
            PERFORM {s}.add_partition(one.of_table, highest, highest + size);
            highest := highest + size;
            made := made + 1;
        END LOOP;
        INSERT INTO {s}.marks AS m VALUES (one.of_table || '_room', highest)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value;
    END LOOP;
    RETURN made;
END $$;
)sql";

}  // namespace adapters::postgres
