package dev.idem.check;

import dev.idem.check.Finding.Remedy;
import java.sql.SQLException;

/** Says why a connection was refused and what helps. Pure. */
final class UnreachableDatabase {

    private UnreachableDatabase() {}

    /** The remedy; {@code side} begins the names of the settings. */
    static Remedy remedy(String side, SQLException refusal) {
        String state = String.valueOf(refusal.getSQLState());
        return Remedy.act(
                switch (state) {
                    case "28P01" -> "give the role's password in " + side + ".password, or set one for the role";
                    case "28000" -> "let the role in: create it with LOGIN, and let pg_hba.conf of the server admit it";
                    case "3D000" -> "name a database that exists in " + side + ".url";
                    case "53300" -> "raise max_connections of the server or close sessions";
                    default -> "start the server, or correct host and port in " + side + ".url";
                });
    }
}
