package dev.idem;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The pipeline knows the sink, never the other way round, and Debezium ends where changes are captured. */
@AnalyzeClasses(packages = "dev.idem", importOptions = DoNotIncludeTests.class)
class PipelineRoomsTest {
    private static final String[] SINK = {
        "dev.idem.change..",
        "dev.idem.error..",
        "dev.idem.consume..",
        "dev.idem.reduce..",
        "dev.idem.target..",
        "dev.idem.sql..",
        "dev.idem.warehouse..",
        "dev.idem.control..",
        "dev.idem.apply..",
        "dev.idem.verify..",
        "dev.idem.replay.."
    };
    private static final String[] PIPELINE = {
        "dev.idem.cli..",
        "dev.idem.process..",
        "dev.idem.http..",
        "dev.idem.status..",
        "dev.idem.config..",
        "dev.idem.capture..",
        "dev.idem.engine..",
        "dev.idem.relation..",
        "dev.idem.source..",
        "dev.idem.assemble..",
        "dev.idem.publish..",
        "dev.idem.check..",
        "dev.idem.demo..",
        "dev.idem.bench.."
    };

    @ArchTest
    static final ArchRule rooms_do_not_know_each_other_in_a_circle =
            slices().matching("dev.idem.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule sink_does_not_know_the_pipeline = noClasses()
            .that()
            .resideInAnyPackage(SINK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PIPELINE)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule embedded_servers_know_nothing_of_the_pipeline = noClasses()
            .that()
            .resideInAPackage("dev.idem.embedded..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PIPELINE)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(SINK)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule debezium_ends_in_capture = noClasses()
            .that()
            .resideOutsideOfPackages("dev.idem.capture..", "dev.idem.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.debezium..", "org.apache.kafka.connect..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule transactions_are_assembled_without_kafka_and_jdbc = noClasses()
            .that()
            .resideInAPackage("dev.idem.assemble..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "java.sql..", "org.jdbi..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule names_say_what_things_are = noClasses()
            .that()
            .resideInAnyPackage(PIPELINE)
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Context")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .allowEmptyShould(true);
}
