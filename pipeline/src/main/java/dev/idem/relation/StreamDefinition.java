package dev.idem.relation;

import dev.idem.change.TableDefinition;
import java.util.List;

/**
 * A table's definition at a place of the stream.
 *
 * @param numbers for each column of the stream's rows, in their order, its attribute number
 */
public record StreamDefinition(TableDefinition definition, List<Integer> numbers) {}
