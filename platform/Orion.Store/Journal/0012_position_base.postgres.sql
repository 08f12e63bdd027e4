-- Added to the positions that transactions' numbers make. A server that a dump was restored into numbers its transactions from the beginning:
-- this is raised there, so that what is told from now on stands after what was told before. A function, so that it costs a statement nothing.
CREATE FUNCTION position_base() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 0::bigint';
