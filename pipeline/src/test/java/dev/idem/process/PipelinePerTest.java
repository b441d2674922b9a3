package dev.idem.process;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests that have databases and a pipeline of their own each, on the servers of their class. */
abstract class PipelinePerTest extends ServersPerClass {

    PipelineFixture pipeline;

    @BeforeEach
    void makePipeline() throws SQLException {
        pipeline = new PipelineFixture(servers);
    }

    @AfterEach
    void stopPipeline() {
        pipeline.close();
    }
}
