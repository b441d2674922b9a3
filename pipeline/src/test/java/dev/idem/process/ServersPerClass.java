package dev.idem.process;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests whose class shares a source, a warehouse and a broker. */
abstract class ServersPerClass {

    static PipelineFixture.Servers servers;

    @BeforeAll
    static void startServers() {
        servers = PipelineFixture.Servers.start();
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }
}
