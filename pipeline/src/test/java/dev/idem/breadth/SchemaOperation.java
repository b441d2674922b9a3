package dev.idem.breadth;

/** Changes of a schema that a client makes, and how often against the others. */
enum SchemaOperation {
    ADD_COLUMN(4),
    ADD_COLUMN_CONSTANT_DEFAULT(3),
    ADD_COLUMN_VOLATILE_DEFAULT(2),
    ADD_COLUMN_NOT_NULL_DEFAULT(2),
    DROP_COLUMN(3),
    DROP_AND_ADD_AGAIN(2),
    RENAME_COLUMN(4),
    SWAP_COLUMN_NAMES(1),
    RENAME_TABLE(2),
    WIDEN_TYPE(3),
    REWRITE_TYPE(2),
    ADD_ENUM_VALUE(2),
    CHANGE_KEY(2),
    REPLICA_IDENTITY(2),
    NEW_TABLE(2),
    DROP_TABLE(1),
    DROP_AND_CREATE_TABLE(1),
    ATTACH_PARTITION(1),
    DETACH_PARTITION(1);

    private final int weight;

    SchemaOperation(int weight) {
        this.weight = weight;
    }

    int weight() {
        return weight;
    }
}
