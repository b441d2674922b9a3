package dev.idem.verify;

/**
 * The two sessions of a comparison.
 *
 * <p><i>Threads:</i> one thread.
 */
record Databases(ComparedDatabase source, ComparedDatabase warehouse) implements AutoCloseable {

    static Databases open(VerifySettings settings) {
        ComparedDatabase source = ComparedDatabase.open(
                Side.SOURCE, settings.source(), settings.limits().statementTimeout());
        try {
            return new Databases(
                    source,
                    ComparedDatabase.open(
                            Side.WAREHOUSE,
                            settings.warehouse(),
                            settings.limits().statementTimeout()));
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    ComparedDatabase on(Side side) {
        return side == Side.SOURCE ? source : warehouse;
    }

    @Override
    public void close() {
        try (source) {
            warehouse.close();
        }
    }
}
