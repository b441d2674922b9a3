package dev.idem;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Data flow one way through the rooms of the sink, and each room knows only the shared vocabulary and the one before
 * it.
 */
@AnalyzeClasses(packages = "dev.idem", importOptions = DoNotIncludeTests.class)
class SinkRoomsTest {
    @ArchTest
    static final ArchRule rooms_do_not_know_each_other_in_a_circle =
            slices().matching("dev.idem.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule vocabulary_knows_java_and_one_json_parser_only = classes()
            .that()
            .resideInAPackage("dev.idem.change")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "com.fasterxml.jackson..", "dev.idem.change")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule kafka_ends_in_consume = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.idem.consume..", "dev.idem.error..", "dev.idem.embedded..", "dev.idem.testing..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule reduce_is_pure = classes()
            .that()
            .resideInAPackage("dev.idem.reduce")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java.lang..", "java.util..", "org.jspecify..", "dev.idem.change", "dev.idem.reduce")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule sql_is_pure = classes()
            .that()
            .resideInAPackage("dev.idem.sql")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java.lang..",
                    "java.util..",
                    "org.jspecify..",
                    "dev.idem.change",
                    "dev.idem.reduce",
                    "dev.idem.target",
                    "dev.idem.sql")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule database_types_live_where_a_database_is_spoken_to = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.idem.warehouse..",
                    "dev.idem.control..",
                    "dev.idem.apply..",
                    "dev.idem.target..",
                    "dev.idem.verify..",
                    "dev.idem.error..",
                    "dev.idem.embedded..",
                    "dev.idem.testing..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.jdbi..", "com.zaxxer..", "org.postgresql..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule names_say_what_things_are = noClasses()
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
            .orShould()
            .resideInAnyPackage("..util..", "..common..", "..impl..")
            .allowEmptyShould(true);
}
