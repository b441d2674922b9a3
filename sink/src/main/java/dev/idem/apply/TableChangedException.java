package dev.idem.apply;

import dev.idem.change.TableId;

/** What a table is made of has changed while a shadow of it was filled: the rebuild has to begin anew. */
public final class TableChangedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TableChangedException(TableId table, String what) {
        super("table " + table + ": " + what + " while it was rebuilt (expected: that it holds meanwhile). The table"
                + " is as it was. Remedy: ./idem rebuild again");
    }
}
