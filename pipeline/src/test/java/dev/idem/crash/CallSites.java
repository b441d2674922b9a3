package dev.idem.crash;

import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Finds the outward calls of a class in its bytecode and gives each its name: {@code publish.Publisher#publish
 * Producer.commitTransaction}, the method that calls, and what. A lambda belongs to the method that it is written in.
 *
 * <p><i>Threads:</i> immutable.
 */
final class CallSites {

    static final int ASM = Opcodes.ASM9;

    private static final Pattern LAMBDA = Pattern.compile("lambda\\$(.+)\\$\\d+");
    private static final String OURS = "dev.idem.";

    private final OutwardCalls outward;

    CallSites(OutwardCalls outward) {
        this.outward = outward;
    }

    /**
     * The outward calls of one class.
     *
     * @param found takes the point's name; true where it is a method reference, into which no blow can be woven
     */
    void find(byte[] classFile, BiConsumer<String, Boolean> found) {
        ClassReader reader = new ClassReader(classFile);
        String type = reader.getClassName();
        reader.accept(
                new ClassVisitor(ASM) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access,
                            String caller,
                            String descriptor,
                            @Nullable String signature,
                            String @Nullable [] exceptions) {
                        return new Finder(type, caller, found);
                    }
                },
                ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    }

    /** Whether the call leaves the process. */
    boolean isOutward(String owner, String method) {
        return outward.contains(owner, method);
    }

    /** The point's name. */
    static String name(String callingType, String caller, String owner, String method) {
        Matcher lambda = LAMBDA.matcher(caller);
        String written = lambda.matches() ? lambda.group(1) : caller;
        String type = callingType.replace('/', '.');
        String from = type.startsWith(OURS) ? type.substring(OURS.length()) : type;
        return from
                + '#'
                + (written.equals("new") ? "<init>" : written)
                + ' '
                + owner.substring(owner.lastIndexOf('/') + 1)
                + '.'
                + method;
    }

    private final class Finder extends MethodVisitor {

        private final String type;
        private final String caller;
        private final BiConsumer<String, Boolean> found;

        Finder(String type, String caller, BiConsumer<String, Boolean> found) {
            super(ASM);
            this.type = type;
            this.caller = caller;
            this.found = found;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String method, String descriptor, boolean isInterface) {
            tell(owner, method, false);
        }

        @Override
        public void visitInvokeDynamicInsn(
                String name, String descriptor, Handle bootstrap, Object... bootstrapArguments) {
            for (Object argument : bootstrapArguments) {
                if (argument instanceof Handle handle) {
                    tell(handle.getOwner(), handle.getName(), true);
                }
            }
        }

        private void tell(String owner, String method, boolean isReference) {
            if (isOutward(owner, method)) {
                found.accept(name(type, caller, owner, method), isReference);
            }
        }
    }
}
