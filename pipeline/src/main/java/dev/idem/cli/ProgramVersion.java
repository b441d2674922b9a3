package dev.idem.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the program was built as. */
final class ProgramVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String built = Main.class.getPackage().getImplementationVersion();
        return new String[] {
            "idem " + (built == null ? "(not packaged)" : built), "Java " + System.getProperty("java.version")
        };
    }
}
