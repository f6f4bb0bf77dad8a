#include <Python.h>

/* Where this was compiled, which a wheel must not tell. */
static PyObject *place(PyObject *self, PyObject *none) {
    return PyUnicode_FromString(__FILE__);
}

static PyMethodDef methods[] = {{"place", place, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_apple", NULL, -1, methods};

PyMODINIT_FUNC PyInit__apple(void) {
    return PyModule_Create(&module);
}
