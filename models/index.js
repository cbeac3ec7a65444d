/** Every model: a folder with its plan, its card and its module, and a line here. */
const models = {
  yunet: () => import('./yunet/index.js'),
  'pocketnet-s-128': () => import('./pocketnet-s-128/index.js'),
  'pocketnet-s-256': () => import('./pocketnet-s-256/index.js'),
};

export const names = Object.keys(models);

export async function load(name) {
  if (!Object.hasOwn(models, name)) throw new Error(`There is no model ${name}; there are ${names.join(', ')}.`);
  const model = await models[name]();
  return model.load();
}
